import type { Agent, Dispatcher } from 'undici';
import { BodyStream } from './body-stream.ts';
import { BytesSink } from './bytes-sink.ts';
import type { ReceivedBytes } from './bytes-sink.ts';
import type { ClientMetrics } from './client-metrics.ts';
import { codingOf, decodeBytes } from './content-coding.ts';
import { Deadlines } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import type { ResponseSink } from './exchange.ts';
import { loadUndici } from './load-undici.ts';
import type { HttpBytesResponse, HttpClient, HttpClientInit, HttpRequestOptions, HttpResponse } from './http-client.ts';
import { OriginSlots } from './origin-slots.ts';
import { SignalFans } from './signal-fans.ts';
import { StatusGuard } from './status-guard.ts';
import { DEFAULT_MAX_BYTES, StreamedResponse } from './streamed-response.ts';
import { parseTarget } from './target.ts';
import type { Target } from './target.ts';
import { TransportErrors } from './transport-errors.ts';

/** A client with its own connections. Close it when done: idle connections stay open a few seconds otherwise. */
export function createHttpClient(init: HttpClientInit): HttpClient {
  return new UndiciClient(init);
}

class UndiciClient implements HttpClient {
  readonly #init: HttpClientInit;
  readonly #timeouts: { connectTimeoutMs: number; headersTimeoutMs: number; idleTimeoutMs: number };
  readonly #agent: Agent;
  readonly #slots: OriginSlots;
  readonly #deadlines = new Deadlines();
  readonly #fans = new SignalFans();
  readonly #metrics: ClientMetrics | undefined;

  constructor(init: HttpClientInit) {
    const { connectTimeoutMs = 5000, idleTimeoutMs = 5000, maxConnectionsPerOrigin = 10 } = init;
    this.#init = init;
    this.#timeouts = { connectTimeoutMs, idleTimeoutMs, headersTimeoutMs: init.headersTimeoutMs ?? idleTimeoutMs };
    this.#agent = createAgent(init, connectTimeoutMs, maxConnectionsPerOrigin);
    this.#slots = new OriginSlots(maxConnectionsPerOrigin);
    this.#metrics = init.metrics;
  }

  async request(url: string | URL | Target, options: HttpRequestOptions): Promise<HttpResponse> {
    options.signal?.throwIfAborted();
    const target = targetOf(url);
    const { publicUrl } = target;
    return new Promise((resolve, reject) => {
      const stream = new BodyStream((head) => {
        resolve(new StreamedResponse(head, stream, publicUrl, options.maxBytes));
      }, reject);
      stream.attach(this.#start(target, options, stream, options.maxBytes ?? Infinity));
    });
  }

  async requestBytes(url: string | URL | Target, options: HttpRequestOptions): Promise<HttpBytesResponse> {
    options.signal?.throwIfAborted();
    const target = targetOf(url);
    const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    const received = await new Promise<ReceivedBytes>((resolve, reject) => {
      this.#start(target, options, new BytesSink(resolve, reject), maxBytes);
    });
    const { status, headers } = received.head;
    const coding = headers['content-encoding'] === undefined ? undefined : codingOf(headers, target.publicUrl);
    const bytes =
      coding === undefined || received.bytes.byteLength === 0
        ? received.bytes
        : await decodeBytes(received.bytes, coding, maxBytes, target.publicUrl);
    return { status, headers, bytes, sizeBytes: bytes.byteLength };
  }

  async close(): Promise<void> {
    this.#deadlines.clear();
    await this.#agent.destroy();
  }

  #start(target: Target, options: HttpRequestOptions, sink: ResponseSink, maxWireBytes: number): Exchange {
    const { signal, expectedStatus, method = 'GET' } = options;
    const { origin, publicUrl: url } = target;
    const guard = expectedStatus && new StatusGuard(sink, expectedStatus, url);
    const measured = this.#metrics?.start(options.name, method, target.host);
    const dispatch = (): void => {
      this.#agent.dispatch(this.#dispatchOptions(target, options), exchange);
    };
    const onAbort = (reason: unknown): void => {
      exchange.fail(reason);
    };
    const exchange: Exchange = new Exchange({
      method,
      sink: guard ?? sink,
      maxWireBytes,
      errors: new TransportErrors(url, this.#timeoutsOf(options)),
      totalTimeoutMs: options.totalTimeoutMs,
      minBytesPerSecond: options.minBytesPerSecond,
      onReleased: () => {
        this.#slots.release(origin);
      },
      onFinished: (status, sizeBytes) => {
        this.#deadlines.remove(exchange);
        if (signal !== undefined) this.#fans.remove(signal, onAbort);
        this.#slots.leave(origin, dispatch);
        measured?.(status, sizeBytes);
      },
    });
    guard?.attach(exchange);
    if (options.totalTimeoutMs !== undefined) this.#deadlines.add(exchange);
    if (signal !== undefined) this.#fans.add(signal, onAbort);
    this.#slots.acquire(origin, dispatch);
    return exchange;
  }

  #timeoutsOf({ headersTimeoutMs, idleTimeoutMs }: HttpRequestOptions) {
    if (headersTimeoutMs === undefined && idleTimeoutMs === undefined) return this.#timeouts;
    return {
      ...this.#timeouts,
      ...(headersTimeoutMs !== undefined && { headersTimeoutMs }),
      ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    };
  }

  #dispatchOptions(target: Target, options: HttpRequestOptions): Dispatcher.DispatchOptions {
    const timeouts = this.#timeoutsOf(options);
    return {
      origin: target.origin,
      path: target.path,
      method: options.method ?? 'GET',
      headers: headerList(target, options, this.#init.userAgent),
      body: options.body ?? null,
      headersTimeout: timeouts.headersTimeoutMs,
      bodyTimeout: timeouts.idleTimeoutMs,
    };
  }
}

function createAgent(init: HttpClientInit, connectTimeoutMs: number, connections: number): Agent {
  const { ca, cert, key } = init.tls ?? {};
  const undici = loadUndici();
  return new undici.Agent({
    connections,
    pipelining: 1,
    // One connection per request keeps cancelling cheap and limits true; HTTP/2 would share one.
    allowH2: false,
    keepAliveTimeout: init.keepAliveTimeoutMs ?? 4000,
    connect: {
      timeout: connectTimeoutMs,
      ...(ca !== undefined && { ca: pem(ca) }),
      ...(cert !== undefined && { cert: pem(cert) }),
      ...(key !== undefined && { key: pem(key) }),
    },
  });
}

function pem(content: string | Uint8Array): string | Buffer {
  return typeof content === 'string' ? content : Buffer.from(content);
}

function targetOf(url: string | URL | Target): Target {
  return typeof url === 'string' || url instanceof URL ? parseTarget(url) : url;
}

/** `identity` is said aloud: without the header a server may choose any coding (RFC 9110 section 12.5.3). */
function headerList(target: Target, options: HttpRequestOptions, userAgent: string): string[] {
  const list = ['user-agent', userAgent, 'accept-encoding', options.compressed === true ? 'gzip, deflate' : 'identity'];
  const { headers } = options;
  if (headers !== undefined) for (const name of Object.keys(headers)) list.push(name, headers[name] ?? '');
  if (target.authorization !== undefined && !names(headers, 'authorization')) {
    list.push('authorization', target.authorization);
  }
  return list;
}

function names(headers: HttpRequestOptions['headers'], wanted: string): boolean {
  return headers !== undefined && Object.keys(headers).some((name) => name.toLowerCase() === wanted);
}
