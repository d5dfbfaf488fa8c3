import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface CallOptions {
  method?: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'OPTIONS';
  body?: Uint8Array;
  /** Default: none without a body, else octets. */
  type?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sends the body only when the server asks for it (`Expect: 100-continue`). */
  waitToBeAsked?: boolean;
  /** Waits so long in the middle of the body. */
  pauseMs?: number;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether any of the body left this side. */
  readonly isBodySent: boolean;
}

/** Requests over connections that are kept, until it is disposed. */
export class HttpCaller implements Disposable {
  readonly url: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.url = url;
  }

  /** Rejects when the connection breaks before the answer is whole. */
  call(path: string, options: CallOptions = {}): Promise<CallAnswer> {
    const { method = 'GET', body, type = 'application/octet-stream', waitToBeAsked = false, pauseMs = 0 } = options;
    return new Promise((resolve, reject) => {
      let isBodySent = false;
      const described = body !== undefined && { 'content-type': type, 'content-length': String(body.byteLength) };
      const headers = { ...described, ...(waitToBeAsked && { expect: '100-continue' }), ...options.headers };
      const sent = request(this.url + path, { method, agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          // A request that nobody asked for its body would hold its connection for ever.
          if (waitToBeAsked && !isBodySent) sent.destroy();
          const { statusCode: status = 0 } = response;
          resolve({ status, headers: response.headers, body: Buffer.concat(chunks), isBodySent });
        });
      });
      const sendBody = (): void => {
        isBodySent = body !== undefined;
        if (body === undefined || pauseMs === 0) sent.end(body);
        else {
          sent.write(body.subarray(0, body.length / 2));
          setTimeout(() => sent.end(body.subarray(body.length / 2)), pauseMs);
        }
      };
      sent.on('error', reject);
      if (waitToBeAsked) {
        sent.on('continue', sendBody);
        sent.flushHeaders();
      } else sendBody();
    });
  }

  async json<T>(path: string, body?: unknown): Promise<T> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const answer = await this.call(path, bytes && { method: 'POST', type: 'application/json', body: bytes });
    if (answer.status !== 200) throw new Error(`${path} is answered with ${answer.status}: ${String(answer.body)}`);
    return JSON.parse(answer.body.toString()) as T;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
