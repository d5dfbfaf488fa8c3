import { describe, expect, it } from 'vitest';
import { BadCopies } from '../../../src/backfill/compare/bad-copies.ts';

const MINUTE_MS = 60_000;

describe('BadCopies', () => {
  it('waits twice as long after each bad copy', () => {
    let nowMs = 0;
    const copies = new BadCopies(() => nowMs);
    for (const minutes of [2, 4, 8]) {
      copies.note('node', 'item');
      nowMs += 0.8 * minutes * MINUTE_MS;
      expect(copies.isWaiting('node', 'item')).toBe(true);
      nowMs += 0.4 * minutes * MINUTE_MS;
      expect(copies.isWaiting('node', 'item')).toBe(false);
    }
  });

  it('does not wait until a date comes again when the clock is set back', () => {
    let nowMs = Date.parse('2036-01-01T00:00:00Z');
    const copies = new BadCopies(() => nowMs);
    copies.note('node', 'item');
    nowMs = Date.parse('2026-05-01T00:00:00Z');
    expect(copies.isWaiting('node', 'item')).toBe(false);
  });
});
