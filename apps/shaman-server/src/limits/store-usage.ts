import type { BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';

export interface Usage {
  readonly blobs: number;
  readonly sizeBytes: number;
}

/** How much the store holds: counted now and then, and kept up between two counts. */
export class StoreUsage {
  readonly #store: Pick<BlobStore, 'list'>;
  #counted: Usage | undefined;
  /** What came and went since the count began. */
  #changes = { blobs: 0, sizeBytes: 0 };

  constructor(store: Pick<BlobStore, 'list'>) {
    this.#store = store;
  }

  /** Undefined until it was counted for the first time. */
  get current(): Usage | undefined {
    if (this.#counted === undefined) return undefined;
    const blobs = this.#counted.blobs + this.#changes.blobs;
    return { blobs: Math.max(0, blobs), sizeBytes: Math.max(0, this.#counted.sizeBytes + this.#changes.sizeBytes) };
  }

  added(sizeBytes: number): void {
    this.#changes = { blobs: this.#changes.blobs + 1, sizeBytes: this.#changes.sizeBytes + sizeBytes };
  }

  /** Counts anew. A blob that comes meanwhile may be counted twice, until the next count. */
  async count({ signal }: AbortOptions = {}): Promise<Usage> {
    const before = this.#changes;
    const counted = { blobs: 0, sizeBytes: 0 };
    for await (const { key } of this.#store.list({ signal })) {
      counted.blobs += 1;
      counted.sizeBytes += key.sizeBytes;
    }
    this.#counted = counted;
    this.#changes = {
      blobs: this.#changes.blobs - before.blobs,
      sizeBytes: this.#changes.sizeBytes - before.sizeBytes,
    };
    return counted;
  }
}
