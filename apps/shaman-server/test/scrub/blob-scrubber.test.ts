import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobMissingError, type BlobStore, createMemoryBlobStore, formatBlobKey } from '@waybill/blob-store';
import { createFsBlobStore } from '@waybill/blob-store-fs';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../src/scrub/blob-scrubber.ts';
import { ScrubRunningError } from '../../src/scrub/scrub-errors.ts';
import { openScene } from '../checkouts/support.ts';
import { contentOf, TestClock } from '../gc/support.ts';

const FLIPS = tierCount({ push: 1000, nightly: 1000 });
const FULL_SPEED = Infinity;

function flipBit(path: string, random: () => number): void {
  const bytes = readFileSync(path);
  const bit = Math.floor(random() * bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  writeFileSync(path, bytes);
}

describe('a scrub', () => {
  it(
    `finds ${FLIPS} of ${FLIPS} flipped bits, serves none of them, and takes the contents anew`,
    { timeout: 120_000 },
    async () => {
      await using directory = await temporaryDirectory();
      const store = await createFsBlobStore({ root: directory.path, durability: 'none' });
      const random = seededRandom(5);
      const contents = Array.from({ length: FLIPS + 50 }, (_, index) =>
        contentOf(`blob ${index} ${'x'.repeat(index % 300)}`),
      );
      for (const { key, bytes } of contents) await store.put(key, bytes);
      const corrupt = contents.slice(0, FLIPS);
      for (const { key } of corrupt) flipBit(store.blobPath(key), random);
      const found: string[] = [];
      const scrubber = createScrubber({
        ...{ store, bytesPerSecond: FULL_SPEED },
        onFinding: ({ key }) => found.push(formatBlobKey(key)),
      });
      const report = await scrubber.scrub();
      expect(report).toMatchObject({ dryRun: false, checkedBlobs: FLIPS + 50 });
      expect(found.sort()).toEqual(corrupt.map(({ key }) => formatBlobKey(key)).sort());
      expect(
        report.findings.every(({ kind, quarantinedAs }) => kind === 'corrupt' && quarantinedAs !== undefined),
      ).toBe(true);
      const left = await store.hasMany(contents.map(({ key }) => key));
      expect(left.filter((there) => there)).toHaveLength(50);
      for (const { key } of corrupt) await expect(store.get(key)).rejects.toThrow(BlobMissingError);
      for (const { key, bytes } of corrupt) expect(await store.put(key, bytes)).toBe('stored');
      expect((await scrubber.scrub()).findings).toEqual([]);
    },
  );

  it('makes the links of a checkout good again once the client has sent the file anew', async () => {
    await using storage = await temporaryDirectory();
    const { store, checkouts, put, root } = await openScene(storage.path);
    const file = await put('content', 'd/x');
    await checkouts.create({ layout: 'v3', path: 'job' }, [file]);
    const { key } = contentOf('content');
    writeFileSync(store.blobPath(key), 'c0ntent');
    await createScrubber({ store, bytesPerSecond: FULL_SPEED }).scrub();
    expect((await checkouts.show('job'))?.entries).toMatchObject([{ path: 'd/x', present: false }]);
    await put('content', 'd/x');
    expect(readFileSync(join(root, 'job/d/x'), 'utf8')).toBe('content');
  });

  it('takes a blob that was cut off for corrupt, and one that has gone meanwhile for nothing', async () => {
    await using directory = await temporaryDirectory();
    const store = await createFsBlobStore({ root: directory.path, durability: 'none' });
    const [short, gone, good] = ['too short', 'gone', 'good'].map(contentOf) as [
      ReturnType<typeof contentOf>,
      ReturnType<typeof contentOf>,
      ReturnType<typeof contentOf>,
    ];
    for (const { key, bytes } of [short, gone, good]) await store.put(key, bytes);
    truncateSync(store.blobPath(short.key), 3);
    const late: BlobStore = Object.create(store, {
      get: {
        value: (...args: Parameters<BlobStore['get']>) => {
          if (formatBlobKey(args[0]) === formatBlobKey(gone.key)) unlinkSync(store.blobPath(gone.key));
          return store.get(...args);
        },
      },
      list: { value: () => store.list() },
      quarantine: { value: (...args: Parameters<BlobStore['quarantine']>) => store.quarantine(...args) },
    }) as BlobStore;
    const { findings } = await createScrubber({ store: late, bytesPerSecond: FULL_SPEED }).scrub();
    expect(findings.map(({ key, kind }) => [formatBlobKey(key), kind])).toEqual([
      [formatBlobKey(short.key), 'corrupt'],
    ]);
  });

  it('leaves what cannot be read where it is, reports it, and goes on', async () => {
    const store = createMemoryBlobStore();
    const [bad, good] = [contentOf('bad disk'), contentOf('good')];
    for (const { key, bytes } of [bad, good]) await store.put(key, bytes);
    const failing = new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        if (name !== 'get') return value.bind(target);
        return (key: unknown) => (key === bad.key ? Promise.reject(new Error('EIO')) : value.call(target, key));
      },
    });
    const report = await createScrubber({ store: failing, bytesPerSecond: FULL_SPEED }).scrub();
    expect(report).toMatchObject({
      checkedBlobs: 2,
      findings: [{ key: bad.key, kind: 'unreadable', quarantinedAs: undefined }],
    });
    expect(await store.has(bad.key)).toBe(true);
  });

  it('moves nothing in a dry run', async () => {
    await using directory = await temporaryDirectory();
    const store = await createFsBlobStore({ root: directory.path, durability: 'none' });
    const { key, bytes } = contentOf('content');
    await store.put(key, bytes);
    writeFileSync(store.blobPath(key), 'c0ntent');
    const { findings } = await createScrubber({ store, bytesPerSecond: FULL_SPEED }).scrub({ dryRun: true });
    expect(findings).toMatchObject([{ kind: 'corrupt', quarantinedAs: undefined }]);
    expect(await store.has(key)).toBe(true);
  });

  it('reads no more bytes in a second than it may', async () => {
    const store = createMemoryBlobStore();
    for (let index = 0; index < 10; index += 1) {
      const { key, bytes } = contentOf(`${index}`.repeat(100_000));
      await store.put(key, bytes);
    }
    const clock = new TestClock();
    const state = { ended: false };
    const startedMs = clock.nowMs();
    const scrubbing = createScrubber({ store, clock, bytesPerSecond: 100_000 }).scrub();
    const end = scrubbing.finally(() => (state.ended = true));
    while (!state.ended) {
      clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await end).checkedBytes).toBe(1_000_000);
    expect(clock.nowMs() - startedMs).toBeGreaterThanOrEqual(10_000);
    expect(clock.nowMs() - startedMs).toBeLessThan(13_000);
  });

  it('never runs twice at once, and stops when it is told to', async () => {
    const store = createMemoryBlobStore();
    const { key, bytes } = contentOf('content');
    await store.put(key, bytes);
    const scrubber = createScrubber({ store, bytesPerSecond: 1 });
    const controller = new AbortController();
    const running = scrubber.scrub({ signal: controller.signal });
    await expect(scrubber.scrub()).rejects.toThrow(ScrubRunningError);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(scrubber.running).toBe(false);
  });
});
