import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryBlobStore } from '@waybill/blob-store';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../src/scrub/blob-scrubber.ts';
import { createFileScrubJournal } from '../../src/scrub/scrub-journal.ts';
import { contentOf, TestClock } from '../gc/support.ts';

const BLOBS = 40;
const contents = Array.from({ length: BLOBS }, (_blob, index) => contentOf(`blob ${index}`));

/** A store that counts how often each blob is read, and stops a scrub at one of them. */
async function countingStore(stopAt: number, stop: () => void) {
  const store = createMemoryBlobStore();
  for (const { key, bytes } of contents) await store.put(key, bytes);
  const reads = new Map<string, number>();
  let total = 0;
  const get: typeof store.get = (key, options) => {
    const name = Buffer.from(key.digest.bytes).toString('hex');
    reads.set(name, (reads.get(name) ?? 0) + 1);
    total += 1;
    if (total === stopAt) stop();
    return store.get(key, options);
  };
  const counted = new Proxy(store, {
    get: (target, name) => {
      if (name === 'get') return get;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { store: counted, reads };
}

describe('a scrub that is broken off', () => {
  it('goes on after a restart where it was, and reads every blob once', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'scrub.json');
    const abort = new AbortController();
    const { store, reads } = await countingStore(15, () => abort.abort(new Error('the server stops')));
    const scrubber = () => createScrubber({ store, bytesPerSecond: Infinity, journal: createFileScrubJournal(path) });
    await expect(scrubber().scrub({ resume: true, signal: abort.signal })).rejects.toThrow('the server stops');
    expect(await scrubber().dueInMs(1000)).toBe(0);
    const report = await scrubber().scrub({ resume: true });
    expect(report.checkedBlobs).toBe(BLOBS);
    expect(reads.size).toBe(BLOBS);
    expect([...reads.values()].reduce((sum, count) => sum + count, 0)).toBe(BLOBS + 1);
  });

  it('begins anew when it was at its end, and when somebody asks for a whole pass', async () => {
    await using directory = await temporaryDirectory();
    const abort = new AbortController();
    const { store } = await countingStore(15, () => abort.abort(new Error('enough')));
    const journal = createFileScrubJournal(join(directory.path, 'scrub.json'));
    const scrubber = createScrubber({ store, bytesPerSecond: Infinity, journal });
    await expect(scrubber.scrub({ resume: true, signal: abort.signal })).rejects.toThrow('enough');
    expect((await scrubber.scrub()).checkedBlobs).toBe(BLOBS);
    expect((await journal.read()).position).toBeDefined();
    await scrubber.scrub({ resume: true });
    expect(await journal.read()).toEqual({ finishedAtMs: expect.any(Number) as number });
    expect((await scrubber.scrub({ resume: true })).checkedBlobs).toBe(BLOBS);
  });
});

describe('the next pass', () => {
  it('is due one interval after the end of the last one, also after a restart', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'scrub.json');
    const clock = new TestClock();
    const store = createMemoryBlobStore();
    const scrubber = () => createScrubber({ store, clock, journal: createFileScrubJournal(path) });
    expect(await scrubber().dueInMs(1000)).toBe(0);
    await scrubber().scrub({ resume: true });
    expect(await scrubber().dueInMs(1000)).toBe(1000);
    clock.advance(400);
    expect(await scrubber().dueInMs(1000)).toBe(600);
    clock.advance(4000);
    expect(await scrubber().dueInMs(1000)).toBe(0);
  });

  it('is due at once where the note of the last one cannot be understood', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'scrub.json');
    for (const text of ['', 'no json', '{"finishedAtMs":"yesterday"}']) {
      writeFileSync(path, text);
      expect(await createFileScrubJournal(path).read()).toEqual({});
    }
  });
});
