import type { AbortOptions } from '@waybill/common';
import type { HttpClient } from '@waybill/http-kit/client';
import { RpcAnswerInvalidError } from './rpc-errors.ts';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** How one call ended: with a result, or with an error that the node has for it. */
export type RpcOutcome = { readonly result: unknown } | { readonly code: number; readonly message: string };

/** Sends calls to a node. Errors are those of the way there; what the node says to a call is its outcome. */
export interface RpcTransport {
  /** One request for all calls; the outcomes in their order. */
  send(calls: readonly RpcCall[], options?: AbortOptions): Promise<RpcOutcome[]>;
}

export interface HttpRpcTransportInit {
  client: HttpClient;
  url: string;
  token: string | undefined;
  timeoutMs: number;
  minBytesPerSecond: number;
  maxAnswerBytes: number;
}

/** JSON-RPC 2.0 over HTTP POST; several calls go as a batch (section 6 of its specification), which answers in any order. */
export class HttpRpcTransport implements RpcTransport {
  readonly #init: HttpRpcTransportInit;

  constructor(init: HttpRpcTransportInit) {
    this.#init = init;
  }

  async send(calls: readonly RpcCall[], { signal }: AbortOptions = {}): Promise<RpcOutcome[]> {
    const [first] = calls;
    if (first === undefined) return [];
    const { client, url, token, timeoutMs, minBytesPerSecond, maxAnswerBytes } = this.#init;
    const bodies = calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }));
    const { bytes } = await client.requestBytes(url, {
      name: 'rpc',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(calls.length === 1 ? bodies[0] : bodies),
      totalTimeoutMs: timeoutMs,
      headersTimeoutMs: timeoutMs,
      idleTimeoutMs: timeoutMs,
      minBytesPerSecond,
      maxBytes: maxAnswerBytes,
      expectedStatus: [200],
      signal,
    });
    return outcomesOf(first.method, parse(first.method, bytes), calls.length);
  }
}

function parse(method: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new RpcAnswerInvalidError({ method, problem: 'no JSON' });
  }
}

/** The outcomes in the order of the calls, each exactly once. */
function outcomesOf(method: string, answer: unknown, count: number): RpcOutcome[] {
  const answers: unknown[] = Array.isArray(answer) ? answer : [answer];
  const outcomes: RpcOutcome[] = [];
  for (const one of answers) {
    const id = idOf(one);
    // An error without an id is one about the request as a whole.
    if (id === null && 'code' in outcomeOf(method, one))
      return Array.from({ length: count }, () => outcomeOf(method, one));
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= count || id in outcomes) {
      throw new RpcAnswerInvalidError({ method, problem: `an id that was not asked for: ${JSON.stringify(id)}` });
    }
    outcomes[id] = outcomeOf(method, one);
  }
  if (answers.length !== count) {
    throw new RpcAnswerInvalidError({ method, problem: `${answers.length} answers to ${count} calls` });
  }
  return outcomes;
}

function idOf(answer: unknown): unknown {
  return isRecord(answer) ? (answer['id'] ?? null) : undefined;
}

function outcomeOf(method: string, answer: unknown): RpcOutcome {
  if (!isRecord(answer)) throw new RpcAnswerInvalidError({ method, problem: 'no object' });
  const { error } = answer as { error?: unknown };
  if (isRecord(error)) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    return { code: typeof code === 'number' ? code : 0, message: typeof message === 'string' ? message : '' };
  }
  if (!('result' in answer)) throw new RpcAnswerInvalidError({ method, problem: 'neither result nor error' });
  return { result: answer['result'] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
