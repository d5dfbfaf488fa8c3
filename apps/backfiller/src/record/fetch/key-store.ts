import type { AbortOptions } from '@waybill/common';
import { SegmentKeyInvalidError } from './decrypt-bytes.ts';
import type { HlsClient } from './hls-client.ts';

const KEY_BYTES = 16;
/** Keys rotate every few minutes; a window shows one or two. */
const MAX_KEYS = 16;

/** Keys by URL, each fetched once. What fails is not kept. */
export class KeyStore {
  readonly #client: HlsClient;
  readonly #keys = new Map<string, Uint8Array>();

  constructor(client: HlsClient) {
    this.#client = client;
  }

  /** Throws SegmentKeyInvalidError, and what the client throws. */
  async get(uri: string, options?: AbortOptions): Promise<Uint8Array> {
    const known = this.#keys.get(uri);
    if (known !== undefined) return known;
    const key = await this.#client.key(uri, options);
    if (key.length !== KEY_BYTES) throw new SegmentKeyInvalidError(key.length);
    this.#keys.set(uri, key);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > MAX_KEYS && oldest !== undefined) this.#keys.delete(oldest);
    return key;
  }
}
