import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDirectory, tierCount } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { CutType } from '../../src/cut/plan/cut-request.ts';
import { startCut } from '../../src/cut/start-cut.ts';
import { CountedSource, longPlan } from './support/counted-source.ts';
import { fakeFfmpeg } from './support/fake-ffmpeg.ts';

/** Six hours are 10,800 segments of 2 s. */
const SEGMENTS = tierCount({ push: 300, nightly: 10_800 });
/** Pipes, and the buffers of streams on both of their ends. */
const IN_PIPES_BYTES = 1024 * 1024;

function startedCut(type: CutType, source: CountedSource, directory: string): AsyncGenerator<Uint8Array, void> {
  const { program } = fakeFfmpeg(directory, 'cat');
  return startCut(source.source, longPlan(type, SEGMENTS), program);
}

describe('cuts of hours', () => {
  it.each(['rough', 'fast'] as const)('%s: one segment is open at a time, and no piece is read ahead', async (type) => {
    const source = new CountedSource(100);
    let taken = 0;
    for await (const piece of startCut(source.source, longPlan(type, SEGMENTS), 'none')) {
      taken += piece.length;
      expect(source.givenBytes).toBe(taken);
    }
    expect(taken).toBe(SEGMENTS * source.segment.length);
    expect([source.opened, source.mostOpen, source.open]).toEqual([SEGMENTS, 1, 0]);
  });

  it('smart: no more than the start of one segment is held', async () => {
    const source = new CountedSource(100);
    let [taken, held] = [0, 0];
    for await (const piece of startCut(source.source, longPlan('smart', SEGMENTS), 'none')) {
      held = Math.max(held, source.givenBytes - taken);
      taken += piece.length;
    }
    expect(taken).toBe(SEGMENTS * source.segment.length);
    expect(held).toBeLessThanOrEqual(source.segment.length);
    expect([source.opened, source.mostOpen, source.open]).toEqual([SEGMENTS, 1, 0]);
  });

  it.each(['mpegts', 'webm', 'archive'] as const)(
    '%s: ffmpeg is given as much as is read, and one segment is open',
    async (type) => {
      await using directory = await temporaryDirectory();
      const source = new CountedSource(100);
      let [taken, held] = [0, 0];
      for await (const piece of startedCut(type, source, directory.path)) {
        taken += piece.length;
        held = Math.max(held, source.givenBytes - taken);
      }
      expect(taken).toBe(SEGMENTS * source.segment.length);
      expect(held).toBeLessThan(IN_PIPES_BYTES);
      // One more is looked at before ffmpeg starts.
      expect([source.opened, source.mostOpen, source.open]).toEqual([SEGMENTS + 1, 1, 0]);
    },
  );

  it.each(['rough', 'smart', 'mpegts', 'archive'] as const)(
    '%s: a reader that pauses stops all reading, and one that leaves closes all',
    async (type) => {
      await using directory = await temporaryDirectory();
      // 2 MB each.
      const source = new CountedSource(10_000);
      const cut = startedCut(type, source, directory.path);
      await cut.next();
      // Ten turns: all that is on its way has come to rest.
      for (let turn = 0; turn < 10; turn += 1) await delay(10);
      expect(source.givenBytes).toBeLessThan(2 * source.segment.length + IN_PIPES_BYTES);
      await cut.return();
      expect([source.mostOpen, source.open]).toEqual([1, 0]);
    },
  );
});
