import type { ResponseHead, ResponseHeaders, ResponseSink } from './exchange.ts';
import { ResponseStatusError } from './http-errors.ts';

/** Reading this much of an unwanted body is cheaper than a new connection. */
const MAX_DRAINED_BYTES = 64 * 1024;

/** Lets expected statuses through; others become a ResponseStatusError, once a short body is read and the connection free. */
export class StatusGuard implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #expected: readonly number[];
  readonly #url: string;
  #exchange: { fail(error: unknown): void } | undefined;
  #refusal: ResponseStatusError | undefined;
  #drainedBytes = 0;

  constructor(inner: ResponseSink, expected: readonly number[], url: string) {
    this.#inner = inner;
    this.#expected = expected;
    this.#url = url;
  }

  /** Must be called before the request starts. */
  attach(exchange: { fail(error: unknown): void }): void {
    this.#exchange = exchange;
  }

  head(head: ResponseHead): void {
    const { status, headers } = head;
    if (this.#expected.includes(status)) {
      this.#inner.head(head);
      return;
    }
    const retryAfterMs = retryAfter(headers);
    this.#refusal = new ResponseStatusError({ url: this.#url, status, expected: this.#expected, retryAfterMs });
    if ((head.announcedBytes ?? 0) > MAX_DRAINED_BYTES) this.#exchange?.fail(this.#refusal);
  }

  data(chunk: Uint8Array): void {
    if (this.#refusal === undefined) {
      this.#inner.data(chunk);
      return;
    }
    this.#drainedBytes += chunk.byteLength;
    if (this.#drainedBytes > MAX_DRAINED_BYTES) this.#exchange?.fail(this.#refusal);
  }

  end(): void {
    if (this.#refusal === undefined) this.#inner.end();
    else this.#inner.fail(this.#refusal);
  }

  fail(error: unknown): void {
    this.#inner.fail(this.#refusal ?? error);
  }
}

/** Seconds only: the date form would need the node's clock (RFC 9110 section 10.2.3). */
function retryAfter(headers: ResponseHeaders): number | undefined {
  const text = headers['retry-after'];
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined;
}
