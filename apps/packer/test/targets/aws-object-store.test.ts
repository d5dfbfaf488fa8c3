import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { md5 } from '../../src/targets/s3/content-etag.ts';
import { AwsObjectStore } from '../../src/targets/s3/aws-object-store.ts';

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b' };

/** A service that refuses the first requests, with their bodies read. */
async function refusing(times: number, status: number) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      bodies.push(body.toString());
      response.writeHead(bodies.length <= times ? status : 200, { etag: `"${md5(body)}"` });
      response.end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    bodies,
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('AwsObjectStore', () => {
  it('sends an object again, whole, when the service is overloaded for a while', async () => {
    using service = await refusing(2, 503);
    using store = new AwsObjectStore({ endpoint: service.endpoint, bucket: 'b', credentials: CREDENTIALS });
    expect(await store.put('a', Buffer.from('content'))).toBe(md5(Buffer.from('content')));
    expect(service.bodies).toEqual(['content', 'content', 'content']);
  });

  it('tells of each further try, and of none where the first one does', async () => {
    using service = await refusing(2, 503);
    const { endpoint } = service;
    const retries: unknown[] = [];
    const onRetry = (error: unknown) => void retries.push(error);
    using store = new AwsObjectStore({ endpoint, bucket: 'b', credentials: CREDENTIALS, onRetry });
    await store.put('a', Buffer.from('content'));
    expect(retries).toMatchObject([{ $metadata: { httpStatusCode: 503 } }, { $metadata: { httpStatusCode: 503 } }]);
    await store.put('b', Buffer.from('content'));
    expect(retries).toHaveLength(2);
  });

  it('gives up at once where another try cannot help', async () => {
    using service = await refusing(9, 403);
    using store = new AwsObjectStore({ endpoint: service.endpoint, bucket: 'b', credentials: CREDENTIALS });
    await expect(store.put('a', Buffer.from('content'))).rejects.toThrow();
    expect(service.bodies).toHaveLength(1);
  });

  it('rejects with the reason of an abort, also while it waits for another try', async () => {
    using service = await refusing(9, 503);
    const { endpoint } = service;
    using store = new AwsObjectStore({ endpoint, bucket: 'b', credentials: CREDENTIALS, maxAttempts: 9 });
    const controller = new AbortController();
    const putting = store.put('a', Buffer.from('content'), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(putting).rejects.toThrow('enough');
  });
});
