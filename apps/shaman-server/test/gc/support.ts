import type { BlobKey } from '@waybill/blob-store';
import { sha256 } from '@waybill/digest';
import type { ReferenceSource } from '../../src/gc/reference-source.ts';
import type { Clock } from '../../src/state/clock.ts';

export interface Content {
  readonly key: BlobKey;
  readonly bytes: Uint8Array;
}

export function contentOf(text: string): Content {
  const bytes = Buffer.from(text);
  return { key: { digest: sha256(bytes), sizeBytes: bytes.length }, bytes };
}

/** Time that passes only when the test says so. */
export class TestClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await new Promise<void>((wake) => this.#sleepers.add({ untilMs, wake }));
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

/** Refers to these, always. */
export function sourceOf(...keys: BlobKey[]): ReferenceSource {
  return {
    name: 'test',
    collect: (into) => {
      for (const { digest } of keys) into.add(digest);
      return Promise.resolve(keys.length);
    },
  };
}
