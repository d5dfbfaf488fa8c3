import type { BlobStore } from '@waybill/blob-store';
import { abortableSleep, type AbortOptions } from '@waybill/common';

export interface Usage {
  readonly blobs: number;
  readonly sizeBytes: number;
}

export interface CountOptions extends AbortOptions {
  /**
   * Rest more than count, for the sake of requests: a million blobs then take about a minute in place of some ten seconds.
   * Default false.
   */
  gently?: boolean | undefined;
}

/** What a request may have to wait for at most, and a quarter of the time for the count. */
const GENTLE_WORK_MS = 2;
const GENTLE_REST_MS = 6;

/** How much the store holds: counted now and then, and kept up between two counts. */
export class StoreUsage {
  readonly #store: Pick<BlobStore, 'list'>;
  /** What was counted, and what had been added when that count began. */
  #counted: { readonly usage: Usage; readonly added: Usage } | undefined;
  /** All that was added since the start of the process. */
  #added: Usage = { blobs: 0, sizeBytes: 0 };

  constructor(store: Pick<BlobStore, 'list'>) {
    this.#store = store;
  }

  /** Undefined until it was counted for the first time. */
  get current(): Usage | undefined {
    if (this.#counted === undefined) return undefined;
    const { usage, added } = this.#counted;
    return {
      blobs: usage.blobs + this.#added.blobs - added.blobs,
      sizeBytes: usage.sizeBytes + this.#added.sizeBytes - added.sizeBytes,
    };
  }

  added(sizeBytes: number): void {
    this.#added = { blobs: this.#added.blobs + 1, sizeBytes: this.#added.sizeBytes + sizeBytes };
  }

  /** Counts anew. A blob that comes meanwhile may be counted twice, until the next count. Counts may overlap. */
  async count({ signal, gently = false }: CountOptions = {}): Promise<Usage> {
    const added = this.#added;
    const counted = { blobs: 0, sizeBytes: 0 };
    let restAtMs = performance.now() + GENTLE_WORK_MS;
    for await (const { key } of this.#store.list({ signal })) {
      counted.blobs += 1;
      counted.sizeBytes += key.sizeBytes;
      if (!gently || performance.now() < restAtMs) continue;
      await abortableSleep(GENTLE_REST_MS, { signal });
      restAtMs = performance.now() + GENTLE_WORK_MS;
    }
    this.#counted = { usage: counted, added };
    return counted;
  }
}
