import {
  type BlobKey,
  type BlobStore,
  formatBlobKey,
  type PutManyItem,
  type PutManyOutcome,
} from '@waybill/blob-store';
import { type AbortOptions, Fifo } from '@waybill/common';
import type { BatchFrame } from '@waybill/shaman-protocol';
import type { PinStore } from '../state/pins.ts';
import type { UploadClaim, UploadCoordinator, UploadTurn } from './upload-coordinator.ts';

export interface BatchServices {
  readonly store: Pick<BlobStore, 'putMany'>;
  readonly uploads: Pick<UploadCoordinator, 'begin'>;
  readonly pins: Pick<PinStore, 'renewFor'>;
}

/** `deferred`: somebody else is sending the file; nothing is known of how that ends. */
export type BatchOutcome = PutManyOutcome | { readonly key: BlobKey; readonly outcome: 'deferred' };

/** So many files ask for their turn while the one before them is stored: among replicas that is a trip to the database. */
const ASKED_AHEAD = 16;

/**
 * Stores the files of a batch, but for those that are on their way elsewhere: a batch waits for nobody. Its own claims end
 * with it: its files are durable together. One outcome for each file, in their order.
 * @throws what the frames throw; the signal's reason; errors of the source, after which what was stored so far stays.
 */
export async function receiveBatch(
  services: BatchServices,
  frames: AsyncIterable<BatchFrame>,
  options: AbortOptions = {},
): Promise<BatchOutcome[]> {
  const claims = new BatchClaims(services.uploads, options);
  const outcomes: (BatchOutcome | undefined)[] = [];
  /** Where in the answer the items of the store are. */
  const places: number[] = [];
  async function* items(): AsyncGenerator<PutManyItem, void, undefined> {
    for await (const { item, kind } of claims.claimEach(itemsOf(frames, services))) {
      if (kind === 'claimed') places.push(outcomes.length);
      outcomes.push(kind === 'claimed' ? undefined : { key: item.key, outcome: kind === 'stored' ? 'exists' : kind });
      if (kind === 'claimed') yield item;
    }
  }
  try {
    const stored = await services.store.putMany(items(), options);
    for (const [index, outcome] of stored.entries()) {
      outcomes[places[index] as number] = outcome;
      claims.end(outcome.key, outcome.outcome === 'failed' ? 'failed' : 'stored');
    }
    return outcomes.filter((outcome) => outcome !== undefined);
  } finally {
    await claims.close();
  }
}

async function* itemsOf(
  frames: AsyncIterable<BatchFrame>,
  { pins }: BatchServices,
): AsyncGenerator<PutManyItem, void, undefined> {
  for await (const { digest, content } of frames) {
    const key = { digest, sizeBytes: content.byteLength };
    pins.renewFor(key);
    yield { key, content };
  }
}

interface AskedItem {
  readonly item: PutManyItem;
  readonly kind: Promise<UploadTurn['kind']>;
}

/** The claims of one batch. A file that is in it twice is claimed once. */
class BatchClaims {
  readonly #uploads: BatchServices['uploads'];
  readonly #options: AbortOptions;
  readonly #asked = new Map<string, Promise<UploadTurn['kind']>>();
  readonly #held = new Map<string, UploadClaim>();

  constructor(uploads: BatchServices['uploads'], options: AbortOptions) {
    this.#uploads = uploads;
    this.#options = options;
  }

  async *claimEach(
    items: AsyncIterable<PutManyItem>,
  ): AsyncGenerator<{ readonly item: PutManyItem; readonly kind: UploadTurn['kind'] }, void, undefined> {
    const ahead = new Fifo<AskedItem>();
    for await (const item of items) {
      ahead.push({ item, kind: this.#ask(item.key) });
      if (ahead.size >= ASKED_AHEAD) yield* this.#next(ahead);
    }
    while (ahead.size > 0) yield* this.#next(ahead);
  }

  end(key: BlobKey, outcome: 'stored' | 'failed'): void {
    const name = formatBlobKey(key);
    this.#held.get(name)?.end(outcome);
    this.#held.delete(name);
  }

  /** Gives back what is still held, also what was asked for and not waited for. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#asked.values());
    for (const claim of this.#held.values()) claim.end('failed');
    this.#held.clear();
  }

  async *#next(ahead: Fifo<AskedItem>) {
    const asked = ahead.shift();
    if (asked !== undefined) yield { item: asked.item, kind: await asked.kind };
  }

  #ask(key: BlobKey): Promise<UploadTurn['kind']> {
    const name = formatBlobKey(key);
    const known = this.#asked.get(name);
    if (known !== undefined) return known;
    const asked = this.#begin(name, key);
    // Where the batch breaks off, nobody waits for it.
    asked.catch(() => undefined);
    this.#asked.set(name, asked);
    return asked;
  }

  async #begin(name: string, key: BlobKey): Promise<UploadTurn['kind']> {
    const turn = await this.#uploads.begin(key, { ...this.#options, canDefer: true, patient: false });
    if (turn.kind === 'claimed') this.#held.set(name, turn.claim);
    return turn.kind;
  }
}
