import { describe, expect, it } from 'vitest';
import { TombstoneLedger } from '../../../src/backfill/compare/tombstone-ledger.ts';

const HOUR_MS = 3_600_000;
const LIMITS = { perPass: 10, perDay: 20 };

describe('TombstoneLedger', () => {
  it('admits as many as a day may have, and as many again when 24 hours are over', () => {
    let nowMs = 0;
    const ledger = new TombstoneLedger(LIMITS, () => nowMs);
    expect([10, 10, 1].map((count) => ledger.admit('node', count))).toEqual([true, true, false]);
    nowMs += 23 * HOUR_MS;
    expect(ledger.admit('node', 1)).toBe(false);
    nowMs += HOUR_MS;
    expect([11, 10].map((count) => ledger.admit('node', count))).toEqual([false, true]);
  });

  it('counts what was booked before the clock was set back for 24 hours, and no longer', () => {
    let nowMs = Date.parse('2026-05-01T00:00:00Z');
    const ledger = new TombstoneLedger(LIMITS, () => nowMs);
    ledger.restore('node', { startedMs: Date.parse('2036-01-01T00:00:00Z'), applied: 20 });
    expect(ledger.admit('node', 1)).toBe(false);
    nowMs += 23 * HOUR_MS;
    expect(ledger.admit('node', 1)).toBe(false);
    // As it is written down, and read by the next process.
    ledger.restore('node', ledger.windowOf('node'));
    nowMs += HOUR_MS;
    expect(ledger.admit('node', 10)).toBe(true);
  });
});
