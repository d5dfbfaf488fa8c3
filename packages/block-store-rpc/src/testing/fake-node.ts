import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { answerCall, type FakeChain, isCall } from './answer-call.ts';

/** A tipset that the node knows; CIDs as text. */
export interface FakeTipset {
  readonly height: number;
  readonly cids: readonly string[];
}

/**
 * What happens to one request in place of an answer. `hang`: nothing ever comes. `reset`: the connection breaks. `truncate`: the
 * body ends early. `garbage`: no JSON. `huge`: a body without an end, as far as the client reads. `strangers`: answers to other ids.
 */
export type FakeNodeFault =
  | 'hang'
  | 'reset'
  | 'truncate'
  | 'garbage'
  | 'huge'
  | 'strangers'
  | { readonly status: number; readonly retryAfterSeconds?: number };

export interface FakeNodeInit {
  /** Contents by the text of their CID; may change while the node runs. */
  blocks?: Map<string, Uint8Array>;
  /** From the oldest on; the last one is the head. */
  tipsets?: readonly FakeTipset[];
  /** Wanted as `Authorization: Bearer`; default: none. */
  token?: string;
  /** Before each answer; default 0. */
  latencyMs?: number;
  /** Whether several calls in one request are understood; default true. */
  batches?: boolean;
  /** Asked once for each request, counted from 1. */
  fault?: (request: number) => FakeNodeFault | undefined;
}

/** A node that answers what a block store asks a Lotus node for, as Lotus does, and fails as it is told to. For tests. */
export interface FakeNode extends AsyncDisposable {
  readonly url: string;
  readonly blocks: Map<string, Uint8Array>;
  /** CIDs for which the node gives other bytes. */
  readonly corrupt: Map<string, Uint8Array>;
  /** CIDs that it has and cannot read. */
  readonly unreadable: Set<string>;
  /** How often each method was called. */
  readonly calls: ReadonlyMap<string, number>;
  /** How often each block was read. */
  readonly reads: ReadonlyMap<string, number>;
  readonly requests: number;
  /** Requests under way now, and the most at once so far. */
  readonly open: number;
  readonly mostOpen: number;
  close(): Promise<void>;
}

export async function startFakeNode(init: FakeNodeInit = {}): Promise<FakeNode> {
  const node = new RunningFakeNode(init);
  await node.listen();
  return node;
}

class RunningFakeNode implements FakeNode, FakeChain {
  readonly blocks: Map<string, Uint8Array>;
  readonly corrupt = new Map<string, Uint8Array>();
  readonly unreadable = new Set<string>();
  readonly calls = new Map<string, number>();
  readonly reads = new Map<string, number>();
  readonly tipsets: readonly FakeTipset[];
  requests = 0;
  open = 0;
  mostOpen = 0;
  readonly #init: FakeNodeInit;
  readonly #server: Server;
  readonly #closing = new AbortController();

  constructor(init: FakeNodeInit) {
    this.#init = init;
    this.blocks = init.blocks ?? new Map<string, Uint8Array>();
    this.tipsets = init.tipsets ?? [];
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rpc/v1`;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.once('close', () => (this.open -= 1));
    const fault = this.#init.fault?.(this.requests);
    try {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
      await setTimeout(this.#init.latencyMs ?? 0, undefined, { signal: this.#closing.signal });
      if (fault !== undefined) this.#fail(fault, response, body);
      else if (!this.#isWelcome(request)) response.writeHead(401).end();
      else send(response, JSON.stringify(this.#answer(JSON.parse(body))));
    } catch {
      // The client went away, or the node is closed: there is nobody to tell.
      response.destroy();
    }
  }

  #isWelcome({ headers }: IncomingMessage): boolean {
    const { token } = this.#init;
    return token === undefined || headers.authorization === `Bearer ${token}`;
  }

  /** Answers to a batch come in another order than its calls, which the specification allows. */
  #answer(body: unknown): unknown {
    if (!Array.isArray(body)) return isCall(body) ? answerCall(this, body) : invalidRequest();
    if (this.#init.batches === false) return invalidRequest();
    return body.map((call) => (isCall(call) ? answerCall(this, call) : invalidRequest())).reverse();
  }

  #fail(fault: FakeNodeFault, response: ServerResponse, body: string): void {
    if (typeof fault === 'object') {
      const { status, retryAfterSeconds } = fault;
      response
        .writeHead(status, retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) })
        .end();
    } else if (fault === 'reset') {
      response.destroy();
    } else if (fault === 'garbage') {
      send(response, '<html>Bad gateway</html>');
    } else if (fault === 'strangers') {
      const answer = { jsonrpc: '2.0', id: 4711, result: '' };
      send(response, JSON.stringify(Array.isArray(JSON.parse(body)) ? [answer] : answer));
    } else if (fault === 'truncate') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"jsonrpc":', () => response.destroy());
    } else if (fault === 'huge') {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(HUGE_PIECE));
      };
      response.on('drain', more);
      more();
    }
  }
}

const HUGE_PIECE = Buffer.alloc(65_536, 'x');

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(text);
}

function invalidRequest(): unknown {
  return { jsonrpc: '2.0', id: null, error: { code: -32_600, message: 'Invalid request' } };
}
