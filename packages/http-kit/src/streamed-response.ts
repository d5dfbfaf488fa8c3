import type { BodyStream } from './body-stream.ts';
import { codingOf, decodeStream } from './content-coding.ts';
import type { ResponseHead, ResponseHeaders } from './exchange.ts';
import type { HttpResponse } from './http-client.ts';
import { ResponseInvalidError, ResponseTooLargeError } from './http-errors.ts';

/** Where the caller names no limit: a listing of 100,000 segment names is below 10 MB. */
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** A response whose body is still on its way. */
export class StreamedResponse implements HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly sizeBytes: number | undefined;
  readonly #stream: BodyStream;
  readonly #url: string;
  readonly #maxBytes: number | undefined;

  constructor(head: ResponseHead, stream: BodyStream, url: string, maxBytes: number | undefined) {
    this.status = head.status;
    this.headers = head.headers;
    this.sizeBytes = head.headers['content-encoding'] === undefined ? head.announcedBytes : undefined;
    this.#stream = stream;
    this.#url = url;
    this.#maxBytes = maxBytes;
  }

  get body(): AsyncIterable<Uint8Array> {
    const chunks = this.#bounded(this.#maxBytes ?? Infinity);
    return leavable(chunks, () => {
      this.#stream.leave();
    });
  }

  async bytes(maxBytes: number = this.#maxBytes ?? DEFAULT_MAX_BYTES): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#bounded(maxBytes)) chunks.push(chunk);
    const [first] = chunks;
    return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  }

  async text(maxBytes?: number): Promise<string> {
    return new TextDecoder().decode(await this.bytes(maxBytes));
  }

  async json(maxBytes?: number): Promise<unknown> {
    return parseJson(await this.text(maxBytes), this.#url);
  }

  discard(): void {
    this.#stream.leave();
  }

  async *#bounded(limitBytes: number): AsyncGenerator<Uint8Array, void, void> {
    let sizeBytes = 0;
    for await (const chunk of this.#decoded()) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limitBytes) throw new ResponseTooLargeError({ url: this.#url, limitBytes });
      yield chunk;
    }
  }

  #decoded(): AsyncIterable<Uint8Array> {
    try {
      const coding = codingOf(this.headers, this.#url);
      return coding === undefined ? this.#stream.read() : decodeStream(this.#stream.read(), coding, this.#url);
    } catch (error) {
      this.#stream.leave();
      throw error;
    }
  }
}

/**
 * A generator that is left before its first step runs none of its `finally` blocks: a pipeline whose other end is
 * broken from the start would keep the connection.
 */
function leavable<T>(generator: AsyncGenerator<T, void, void>, onLeft: () => void): AsyncIterable<T> {
  const iterator: AsyncIterator<T, void, void> = {
    next: () => generator.next(),
    return: () => {
      onLeft();
      return generator.return();
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Parses a body as JSON; ResponseInvalidError where it is none. */
export function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without the parser's error: its message quotes the text, which may be a page of HTML.
    throw new ResponseInvalidError({ url, problem: 'it is no JSON' });
  }
}
