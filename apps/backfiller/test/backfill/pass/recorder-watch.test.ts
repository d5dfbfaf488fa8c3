import { describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../../../src/archive/archive.ts';
import { RecorderWatch } from '../../../src/backfill/pass/recorder-watch.ts';

const EVENT: PublishedEvent = {
  ...{ channel: 'chan', quality: 'source', hour: '2026-05-01T10', name: 'x.ts' },
  seenMicros: 0,
};

describe('RecorderWatch', () => {
  const listeners: ((event: PublishedEvent) => void)[] = [];
  const archive = {
    onPublished: (listener: (event: PublishedEvent) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
  };

  it.each([
    ['for as long as it remembers', 119_000, true],
    ['and no longer', 120_000, false],
    ['but not until a date comes again when the clock was set back', -3_600_000, false],
  ])('takes a recorder for being there %s', (_what, laterMs, expected) => {
    let nowMs = 10_000_000;
    const watch = new RecorderWatch({ archive, isOwn: () => false, memoryMs: 120_000, now: () => nowMs });
    listeners.at(-1)?.(EVENT);
    nowMs += laterMs;
    expect(watch.isRecording('chan', 'source')).toBe(expected);
    expect(watch.isRecording('chan', '480p')).toBe(false);
  });
});
