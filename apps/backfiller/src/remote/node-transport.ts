import { parseTarget, ResponseStatusError, targetBelow } from '@waybill/http-kit';
import type { HttpBytesResponse, HttpClient, HttpResponse, Target } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../wire/protocol.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { ThroughputGuard } from './throughput-guard.ts';

const VERSION_TEXT = String(PROTOCOL_VERSION);

export interface NodeTransportInit {
  /** Without credentials and trailing slash. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly client: HttpClient;
  readonly limits: RemoteLimits;
}

export interface NodeRequest extends AbortOptions {
  /** What it is for: the label `name` of metrics (spec 1.4). */
  readonly name: string;
  readonly expectedStatus: readonly number[];
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes?: number;
  readonly compressed?: boolean;
}

export interface StreamedReply {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  readonly sizeBytes: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

/** Requests to one node, each within the limits; remembers what the answers say about the node's protocol. */
export class NodeTransport {
  readonly url: string;
  readonly limits: RemoteLimits;
  readonly #client: HttpClient;
  readonly #target: Target;
  readonly #authorization: Readonly<Record<string, string>> | undefined;
  #protocol: 1 | null | undefined;

  constructor({ url, authorization, client, limits }: NodeTransportInit) {
    this.url = url;
    this.limits = limits;
    this.#client = client;
    this.#target = parseTarget(url);
    this.#authorization = authorization === undefined ? undefined : { authorization };
  }

  /** Undefined where no answer has told, or a call has failed since: the node may have been replaced by another. */
  get protocol(): 1 | null | undefined {
    return this.#protocol;
  }

  /** An answer without our header told, in a status. */
  noteForeign(): void {
    this.#protocol = null;
  }

  /** The answer with its body still to come, guarded against a dribble. */
  async stream(path: string, request: NodeRequest): Promise<StreamedReply> {
    const guard = this.#guard(path);
    const signal = request.signal === undefined ? guard.signal : AbortSignal.any([request.signal, guard.signal]);
    const response = await this.#watch(
      request,
      guard.waitFor(this.#client.request(targetBelow(this.#target, path), { ...this.#options(request), signal })),
    );
    const { status, headers, sizeBytes } = response;
    return {
      status,
      headers,
      sizeBytes,
      body: guard.read(response.body),
      discard: () => {
        response.discard();
      },
    };
  }

  /** An answer without end: nothing but silence is limited. */
  async endless(path: string, request: NodeRequest, idleTimeoutMs: number): Promise<StreamedReply> {
    const guard = this.#guard(path);
    const signal = request.signal === undefined ? guard.signal : AbortSignal.any([request.signal, guard.signal]);
    const options = { ...this.#options(request), idleTimeoutMs, signal };
    return this.#watch(request, guard.waitFor(this.#client.request(targetBelow(this.#target, path), options)));
  }

  /** The whole answer: the cheapest way to what is small. Its time limit grows with what comes, as a stream's does. */
  async bytes(path: string, request: NodeRequest & { readonly maxBytes: number }): Promise<HttpBytesResponse> {
    const { graceMs: totalTimeoutMs, minBytesPerSecond } = this.limits;
    const { signal } = request;
    const options = { ...this.#options(request), signal, totalTimeoutMs, minBytesPerSecond };
    return this.#watch(request, this.#client.requestBytes(targetBelow(this.#target, path), options));
  }

  #guard(path: string): ThroughputGuard {
    return new ThroughputGuard({ ...this.limits, node: this.url, path });
  }

  #options({ name, expectedStatus, method, headers, body, maxBytes, compressed }: NodeRequest) {
    const { idleTimeoutMs } = this.limits;
    return {
      name,
      expectedStatus,
      method,
      headers: this.#headers(headers),
      body,
      maxBytes,
      compressed,
      idleTimeoutMs,
      headersTimeoutMs: idleTimeoutMs,
    };
  }

  #headers(headers: NodeRequest['headers']): Readonly<Record<string, string>> | undefined {
    return headers === undefined || this.#authorization === undefined
      ? (headers ?? this.#authorization)
      : { ...headers, ...this.#authorization };
  }

  async #watch<T extends { readonly headers: HttpResponse['headers'] }>(
    { signal }: NodeRequest,
    answer: Promise<T>,
  ): Promise<T> {
    try {
      const result = await answer;
      this.#protocol = result.headers[PROTOCOL_HEADER] === VERSION_TEXT ? PROTOCOL_VERSION : null;
      return result;
    } catch (error) {
      // A status is an answer too, often to one path only.
      if (signal?.aborted !== true && !(error instanceof ResponseStatusError)) this.#protocol = undefined;
      throw error;
    }
  }
}
