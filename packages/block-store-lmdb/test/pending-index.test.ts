import { createHash } from 'node:crypto';
import { seededRandom } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { PendingIndex } from '../src/pending-index.ts';

const PREFIX = [0xa0, 0xe4, 0x02, 32];

/** The multihash of a number: with blake2b's prefix, or of sha2-256 or sha2-512. */
function keyOf(seed: number): Uint8Array {
  const digest = createHash(seed % 7 === 3 ? 'sha512' : 'sha256')
    .update(String(seed))
    .digest();
  if (seed % 7 === 3) return Uint8Array.from([0x13, 64, ...digest]);
  return Uint8Array.from(seed % 7 === 5 ? [0x12, 32, ...digest] : [...PREFIX, ...digest]);
}

describe('keys that wait for their commit', () => {
  it('are told apart, and give what was put with them, as a Map does', () => {
    const random = seededRandom(4);
    for (const length of [0, 1, 60, 600, 3000]) {
      const pending = new PendingIndex();
      const reference = new Map<number, number>();
      for (let at = 0; at < length; at += 1) {
        const seed = Math.floor(random() * length);
        expect(pending.has(keyOf(seed))).toBe(reference.has(seed));
        if (reference.has(seed)) continue;
        pending.add(keyOf(seed), { pack: at * 1000, offset: (at * 31) % 16_000, sizeBytes: at });
        reference.set(seed, at);
      }
      expect(pending.count).toBe(reference.size);
      for (const [entry, [seed, at]] of [...reference].entries()) {
        expect([...pending.key(entry)]).toEqual([...keyOf(seed)]);
        expect(pending.entry(entry)).toEqual({ pack: at * 1000, offset: (at * 31) % 16_000, sizeBytes: at });
      }
    }
  });

  it('come in the order of their digests, each once', () => {
    const pending = new PendingIndex();
    const seeds = Array.from({ length: 5000 }, (_, at) => at).filter((seed) => seed % 7 !== 3 && seed % 7 !== 5);
    for (const seed of seeds) pending.add(keyOf(seed), { pack: 0, offset: 0, sizeBytes: 0 });
    const order = [...pending.sorted()];
    expect(order.toSorted((one, other) => one - other)).toEqual(seeds.map((_, at) => at));
    const keys = order.map((entry) => Buffer.from(pending.key(entry)).toString('hex'));
    expect(keys).toEqual(keys.toSorted());
  });

  it('are gone after they were cleared, and the same ones may come again', () => {
    const pending = new PendingIndex();
    for (let seed = 0; seed < 300; seed += 1) pending.add(keyOf(seed), { pack: seed, offset: 1, sizeBytes: 2 });
    pending.clear();
    expect([pending.count, pending.has(keyOf(7))]).toEqual([0, false]);
    pending.add(keyOf(7), { pack: 9, offset: 8, sizeBytes: 7 });
    expect([pending.count, pending.has(keyOf(7)), pending.entry(0).pack]).toEqual([1, true, 9]);
  });
});
