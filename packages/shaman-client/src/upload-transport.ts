import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ClientTls } from '@waybill/http-kit/client';
import { UploadExchange } from './upload-exchange.ts';
import type { UploadAnswer, UploadRequest, UploadTimeouts } from './upload-exchange.ts';

export interface UploadTransportInit {
  tls?: ClientTls | undefined;
  timeouts: UploadTimeouts;
}

/**
 * Requests with long bodies, on `node:http`, since undici refuses `Expect: 100-continue`. Connections are kept and used
 * again; one that the server closed just then is replaced, once for each request, where nothing of an answer had come.
 */
export class UploadTransport {
  /** A server that let us wait for `100 Continue` in vain: it is asked for it only where a lot is at stake. */
  ignoresExpect = false;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https: HttpsAgent;
  readonly #timeouts: UploadTimeouts;

  constructor({ tls = {}, timeouts }: UploadTransportInit) {
    this.#https = new HttpsAgent({ keepAlive: true, ...pemOf(tls) });
    this.#timeouts = timeouts;
  }

  /** Throws UploadBrokenError, what the content throws, or the signal's reason. */
  async send(upload: UploadRequest): Promise<UploadAnswer> {
    const first = this.#open(upload);
    try {
      return await first.run();
    } catch (error) {
      upload.signal?.throwIfAborted();
      if (!first.wasStale) throw error;
      return await this.#open(upload).run();
    }
  }

  /** Closes the connections that are not in use. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #open(upload: UploadRequest): UploadExchange {
    const { url, method, headers } = upload;
    const isPlain = url.protocol === 'http:';
    const options = { method, headers, agent: isPlain ? this.#http : this.#https };
    return new UploadExchange(isPlain ? httpRequest(url, options) : httpsRequest(url, options), upload, this.#timeouts);
  }
}

function pemOf({ ca, cert, key }: ClientTls): Record<string, string | Buffer> {
  const given = Object.entries({ ca, cert, key }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? value : Buffer.from(value ?? [])]),
  );
}
