import { formatHex } from '@waybill/digest';
import { describe, expect, test } from 'vitest';
import { formatBlobKey } from '../blob-key.ts';
import type { BlobStore } from '../blob-store.ts';
import { textBlob, textBlobs } from './suite-blobs.ts';
import type { SuiteContext } from './suite-setup.ts';

async function names(store: BlobStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list()) found.push(formatBlobKey(key));
  return found.sort();
}

export function listRows({ withStore }: SuiteContext): void {
  describe('list', () => {
    test('gives every blob once', () =>
      withStore(async (store) => {
        expect(await names(store)).toEqual([]);
        const blobs = textBlobs('listed', 200);
        await store.putMany(blobs);
        expect(await names(store)).toEqual(blobs.map(({ key }) => formatBlobKey(key)).sort());
      }));

    test('gives them in the order of their digests', () =>
      withStore(async (store) => {
        await store.putMany(textBlobs('in order', 100));
        const digests: string[] = [];
        for await (const { key } of store.list()) digests.push(formatHex(key.digest));
        expect(digests).toHaveLength(100);
        expect(digests).toEqual(digests.toSorted());
      }));

    test('gives every blob that stays, while others are put and deleted', () =>
      withStore(async (store) => {
        const staying = textBlobs('staying', 100);
        const leaving = textBlobs('leaving', 50);
        await store.putMany([...staying, ...leaving]);
        const found: string[] = [];
        let step = 0;
        for await (const { key } of store.list()) {
          found.push(formatBlobKey(key));
          const leaver = leaving[step];
          if (leaver !== undefined) await store.delete(leaver.key);
          const { key: newKey, content } = textBlob(`coming ${step}`);
          if (step < 50) await store.put(newKey, content);
          step += 1;
        }
        expect(new Set(found).size).toBe(found.length);
        for (const { key } of staying) expect(found).toContain(formatBlobKey(key));
      }));

    test('can be left before its end, and aborted', () =>
      withStore(async (store) => {
        await store.putMany(textBlobs('left', 20));
        for await (const _ of store.list()) break;
        const reason = new Error('enough');
        const abort = new AbortController();
        let seen = 0;
        const listing = (async (): Promise<void> => {
          for await (const _ of store.list({ signal: abort.signal })) {
            seen += 1;
            abort.abort(reason);
          }
        })();
        await expect(listing).rejects.toBe(reason);
        expect(seen).toBe(1);
      }));
  });
}
