import { describe, expect, test } from 'vitest';
import { blobBytes } from '../blob-bytes.ts';
import { BlobDigestMismatchError, BlobLengthMismatchError, PartialUploadBusyError } from '../blob-errors.ts';
import type { BlobStore } from '../blob-store.ts';
import type { PartialUploads } from '../partial-uploads.ts';
import { chunksOf, source, stuckSource, textBlob } from './suite-blobs.ts';
import { type SuiteContext, testWhen } from './suite-setup.ts';

function partialsOf(store: BlobStore): PartialUploads {
  if (store.partials === undefined) throw new Error('this store has to have partial uploads');
  return store.partials;
}

export function partialRows({ withStore, supports }: SuiteContext): void {
  if (!supports.partials) return;

  describe('partial uploads', () => {
    test('store a blob that comes in pieces, which is visible only when all is there', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('in pieces', 10_000);
        await using upload = await partialsOf(store).open(key);
        expect(upload.offset).toBe(0);
        expect(await upload.append(source(chunksOf(content.subarray(0, 3000), 700)))).toBe(3000);
        expect(await upload.append(source(chunksOf(content.subarray(3000), 700)))).toBe(content.length);
        expect(upload.offset).toBe(content.length);
        expect(await store.has(key)).toBe(false);
        expect(await upload.finish()).toBe('stored');
        expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
      }));

    test('go on where they were after a broken connection', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('broken', 10_000);
        const failure = new Error('the connection broke');
        const first = await partialsOf(store).open(key);
        await expect(first.append(source(chunksOf(content, 1000).slice(0, 4), failure))).rejects.toBe(failure);
        const keptBytes = first.offset;
        expect(keptBytes).toBeLessThanOrEqual(4000);
        await first.close();
        await using second = await partialsOf(store).open(key);
        expect(second.offset).toBe(keptBytes);
        await second.append(source([content.subarray(keptBytes)]));
        expect(await second.finish()).toBe('stored');
        expect(Buffer.from(await blobBytes(await store.get(key))).equals(content)).toBe(true);
      }));

    testWhen(supports.reopen)('go on where they were when the store is opened anew', () =>
      withStore(async (store, { reopen }) => {
        const { key, content } = textBlob('opened anew', 10_000);
        const first = await partialsOf(store).open(key);
        await first.append(source([content.subarray(0, 6000)]));
        await first.close();
        const again = await reopen();
        await using second = await partialsOf(again).open(key);
        expect(second.offset).toBe(6000);
        await second.append(source([content.subarray(6000)]));
        expect(await second.finish()).toBe('stored');
        expect(Buffer.from(await blobBytes(await again.get(key))).equals(content)).toBe(true);
      }),
    );

    test('have one writer at a time', () =>
      withStore(async (store) => {
        const { key } = textBlob('mine', 100);
        const first = await partialsOf(store).open(key);
        await expect(partialsOf(store).open(key)).rejects.toBeInstanceOf(PartialUploadBusyError);
        await using other = await partialsOf(store).open(textBlob('another').key);
        await first.close();
        await using second = await partialsOf(store).open(key);
        expect([second.offset, other.offset]).toEqual([0, 0]);
        await expect(first.append(source([]))).rejects.toBeInstanceOf(TypeError);
      }));

    test('refuse the first byte beyond the declared length, and stay open', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('exact', 95);
        await using upload = await partialsOf(store).open(key);
        const tooMuch = source([content.subarray(0, 60), content, content]);
        const append = upload.append(tooMuch);
        await expect(append).rejects.toBeInstanceOf(BlobLengthMismatchError);
        await expect(append).rejects.toMatchObject({ expectedBytes: 100, actualBytes: 160 });
        expect(tooMuch).toMatchObject({ pulled: 2, ended: true });
        expect(upload.offset).toBe(60);
        await upload.append(source([content.subarray(60)]));
        expect(await upload.finish()).toBe('stored');
      }));

    test('are not finished while bytes are missing', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('patience');
        await using upload = await partialsOf(store).open(key);
        await upload.append(source([content.subarray(0, 3)]));
        await expect(upload.finish()).rejects.toMatchObject({ expectedBytes: content.length, actualBytes: 3 });
        await upload.append(source([content.subarray(3)]));
        expect(await upload.finish()).toBe('stored');
      }));

    test('are thrown away when the digest is another one', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('digest');
        const upload = await partialsOf(store).open(key);
        await upload.append(source([Buffer.from(content).reverse()]));
        await expect(upload.finish()).rejects.toBeInstanceOf(BlobDigestMismatchError);
        expect(await store.has(key)).toBe(false);
        await using second = await partialsOf(store).open(key);
        expect(second.offset).toBe(0);
      }));

    test('are thrown away when they are discarded', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('discarded');
        const upload = await partialsOf(store).open(key);
        await upload.append(source([content.subarray(0, 5)]));
        await upload.discard();
        await upload.discard();
        await using second = await partialsOf(store).open(key);
        expect(second.offset).toBe(0);
      }));

    test('keep what had come when they are aborted', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('aborted', 1000);
        const reason = new Error('enough');
        const abort = new AbortController();
        await using upload = await partialsOf(store).open(key);
        const stuck = stuckSource(chunksOf(content, 100).slice(0, 3));
        const append = upload.append(stuck, { signal: abort.signal });
        await stuck.waiting;
        abort.abort(reason);
        await expect(append).rejects.toBe(reason);
        await upload.append(source([content.subarray(upload.offset)]));
        expect(await upload.finish()).toBe('stored');
      }));

    test('end as exists when another put was quicker', () =>
      withStore(async (store) => {
        const { key, content } = textBlob('overtaken', 1000);
        await using upload = await partialsOf(store).open(key);
        await upload.append(source([content]));
        expect(await store.put(key, content)).toBe('stored');
        expect(await upload.finish()).toBe('exists');
      }));

    test('store the empty blob', () =>
      withStore(async (store) => {
        const { key } = textBlob('');
        await using upload = await partialsOf(store).open(key);
        expect(await upload.finish()).toBe('stored');
        expect(await store.has(key)).toBe(true);
      }));

    test('are swept when nobody has come back to them, and never while they are open', () =>
      withStore(async (store) => {
        const open = await partialsOf(store).open(textBlob('open', 100).key);
        const left = await partialsOf(store).open(textBlob('left', 100).key);
        for (const upload of [open, left]) await upload.append(source([Buffer.alloc(70)]));
        await left.close();
        expect(await store.sweep({ maxAgeMs: 3_600_000 })).toEqual({ uploads: 0, partials: 0, sizeBytes: 0 });
        expect(await store.sweep({ maxAgeMs: -1000 })).toEqual({ uploads: 0, partials: 1, sizeBytes: 70 });
        expect(open.offset).toBe(70);
        await open.close();
        await using again = await partialsOf(store).open(textBlob('left', 100).key);
        expect(again.offset).toBe(0);
      }));
  });
}
