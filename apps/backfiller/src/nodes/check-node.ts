import type { AbortOptions } from '@waybill/common';
import type { HttpClient } from '@waybill/http-kit';
import { NodeTransport } from '../remote/node-transport.ts';
import { parseNameList } from '../remote/parse-name-list.ts';
import { defaultRemoteLimits } from '../remote/remote-limits.ts';
import { RemoteReplyInvalidError } from '../remote/remote-reply-invalid-error.ts';
import { clockSkewOf } from './clock-skew.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { NodeEntry } from './node-entry.ts';

export interface NodeCheck {
  readonly name: string;
  readonly url: string;
  /** It answered the list of its channels. */
  readonly reachable: boolean;
  /** Protocol version of ours, null for a wubloader node; undefined where it is not reachable. */
  readonly protocol: 1 | null | undefined;
  /** Of a request over an open connection. */
  readonly latencyMs: number | undefined;
  /** Undefined where the node sends no Date. */
  readonly clock: ClockSkew | undefined;
  readonly error: unknown;
}

export interface CheckNodeOptions extends AbortOptions {
  readonly client: HttpClient;
  readonly token?: string | undefined;
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number;
}

const FILES = '/files';

const ask = async (transport: NodeTransport, now: () => number, signal: AbortSignal | undefined) => {
  const sentMs = now();
  const startMs = performance.now();
  const { headers, bytes } = await transport.bytes(FILES, {
    name: 'check_remote',
    expectedStatus: [200],
    maxBytes: 1_048_576,
    signal,
  });
  const latencyMs = performance.now() - startMs;
  const names = parseNameList(new TextDecoder().decode(bytes), 100_000);
  if (typeof names === 'string')
    throw new RemoteReplyInvalidError({ node: transport.url, path: FILES, problem: names });
  return { protocol: transport.protocol, latencyMs, clock: clockSkewOf(headers['date'], sentMs, sentMs + latencyMs) };
};

/**
 * Contacts a node as `nodes check` does: asks for its channels twice, once to connect and once to measure.
 * Rejects only when cancelled: what is wrong with the node is `error`.
 */
export const checkNode = async (
  entry: NodeEntry,
  { client, token, now = Date.now, signal }: CheckNodeOptions,
): Promise<NodeCheck> => {
  const { name, url } = entry;
  const authorization = token === undefined ? entry.authorization : `Bearer ${token}`;
  const transport = new NodeTransport({ url, authorization, client, limits: defaultRemoteLimits() });
  try {
    await ask(transport, now, signal);
    return { name, url, reachable: true, error: undefined, ...(await ask(transport, now, signal)) };
  } catch (error) {
    signal?.throwIfAborted();
    return { name, url, reachable: false, protocol: undefined, latencyMs: undefined, clock: undefined, error };
  }
};
