import { createOutput } from '@waybill/cli-kit';
import { describe, expect, test } from 'vitest';
import { secondsLeft, showExport } from '../../src/status/show-export.ts';

const status = { phase: 'messages and state', blockCount: 250, sizeBytes: 1000, epoch: 0 } as const;

describe('the time that is left', () => {
  test('is what the rest of the source takes at the rate so far', () => {
    expect(secondsLeft(250, 1000, 25)).toBe(30);
    expect(secondsLeft(1200, 1000, 25)).toBe(0);
  });

  test('is not told where the source does not know how much it has, or nothing has moved', () => {
    expect(secondsLeft(250, undefined, 25)).toBeUndefined();
    expect(secondsLeft(0, 1000, 0)).toBeUndefined();
  });
});

test('a bar on a terminal goes by the blocks of the source, and ends with those of the export', () => {
  const shown: string[] = [];
  let nowMs = 0;
  const stderr = { isTTY: true, write: (text: string) => shown.push(text) > 0 };
  const progress = showExport(createOutput({ stderr, now: () => (nowMs += 1000), env: {} }), 1000);
  for (const blockCount of [50, 100, 250]) progress.onStatus({ ...status, blockCount });
  expect(shown.at(-1)).toMatch(/250 of 1,000 .*25 %.*ETA/);
  progress.done();
  expect(shown.at(-1)).toContain('250 of 250');
});
