import { createHttpClient } from '@waybill/http-kit';
import { createHttpRemoteNode } from '../../src/remote/http-remote-node.ts';
import type { HttpRemoteNodeInit } from '../../src/remote/http-remote-node.ts';
import type { RemoteNode } from '../../src/remote/remote-node.ts';
import { startRawHttpServer } from '../support/raw-http-server.ts';
import type { RawHandler, RawHttpServer } from '../support/raw-http-server.ts';

export interface HttpNodeFixture extends AsyncDisposable {
  readonly server: RawHttpServer;
  readonly node: RemoteNode;
}

/** A node of ours talking to a raw server; `init.url` is appended to the server's. */
export const openHttpNode = async (
  handler: RawHandler,
  init: Partial<HttpRemoteNodeInit> = {},
): Promise<HttpNodeFixture> => {
  const server = await startRawHttpServer(handler);
  const client = createHttpClient({ userAgent: 'waybill-test' });
  const trust = { tombstones: true, extras: true, replace: false };
  const node = createHttpRemoteNode({ name: 'raw', trust, client, ...init, url: server.url + (init.url ?? '') });
  const close = async (): Promise<void> => {
    await client.close();
    await server[Symbol.asyncDispose]();
  };
  return { server, node, [Symbol.asyncDispose]: close };
};

/** All of a content, whole or streamed. */
export const readAll = async (body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Buffer> => {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
};
