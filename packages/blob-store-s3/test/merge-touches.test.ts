import { createHash } from 'node:crypto';
import { formatBlobKey } from '@waybill/blob-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeTouches } from '../src/merge-touches.ts';
import type { ObjectInfo } from '../src/object-client.ts';

const shardOf = (index: number): string => {
  const hex = createHash('sha256').update(String(index)).digest('hex');
  return `${hex.slice(0, 2)}/${hex}-${index}`;
};

async function* objects(prefix: string, dates: Map<number, number>): AsyncGenerator<ObjectInfo> {
  const names = [...dates].map(([index, modifiedAtMs]) => ({
    name: prefix + shardOf(index),
    modifiedAtMs,
    sizeBytes: 0,
  }));
  yield* names.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const dates = fc.uniqueArray(fc.tuple(fc.nat(50), fc.nat(1000)), { selector: ([index]) => index });

describe('mergeTouches', () => {
  test('gives every blob once, with the later of its two dates, whatever else was touched', async () => {
    await fc.assert(
      fc.asyncProperty(dates, dates, async (stored, touched) => {
        const [blobs, touches] = [new Map(stored), new Map(touched)];
        const merged = mergeTouches(
          { prefix: 'blobs/', objects: objects('blobs/', blobs) },
          { prefix: 'touched/', objects: objects('touched/', touches) },
        );
        const found = (await Array.fromAsync(merged)).map((info) => [formatBlobKey(info.key), info.referencedAtMs]);
        const expected = stored.map(([index, atMs]) => [
          shardOf(index).slice(3),
          Math.max(atMs, touches.get(index) ?? 0),
        ]);
        expect(new Map(found as [string, number][])).toEqual(new Map(expected as [string, number][]));
        expect(found).toHaveLength(stored.length);
      }),
    );
  });
});
