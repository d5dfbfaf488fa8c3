import { createLogger, createMetrics } from '@waybill/http-kit';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RECORD_SETTINGS } from '../../src/record/record-settings.ts';
import { createRecordMetrics } from '../../src/record/report/record-metrics.ts';
import { RecordTally } from '../../src/record/report/record-tally.ts';
import { SegmentIntake } from '../../src/record/worker/segment-intake.ts';
import { media } from './playlist/support.ts';

const NAMES = { channel: 'demo', quality: 'source' };

function openTally(): RecordTally {
  return new RecordTally(
    NAMES,
    createRecordMetrics(createMetrics('backfiller', { version: '0' }), () => []),
  );
}

function openIntake(): { readonly intake: SegmentIntake; readonly tally: RecordTally } {
  const tally = openTally();
  const intake = new SegmentIntake({
    ...NAMES,
    ...{ settings: DEFAULT_RECORD_SETTINGS, tally, log: createLogger({ name: 'test', level: 'silent' }) },
    onSegment: () => undefined,
    onListed: () => undefined,
  });
  return { intake, tally };
}

/** Three segments of 2 s. */
const window = (sequence: number, start: string) =>
  media(
    [
      ...['#EXTM3U', '#EXT-X-TARGETDURATION:2', `#EXT-X-MEDIA-SEQUENCE:${sequence}`],
      `#EXT-X-PROGRAM-DATE-TIME:${start}`,
      ...[0, 1, 2].flatMap((at) => ['#EXTINF:2.0,', `${sequence + at}.ts`]),
    ].join('\n'),
  );

describe('the intake of a recorder', () => {
  it('tells what it missed also after the stream had shown times of years ahead', () => {
    const { intake, tally } = openIntake();
    intake.take(window(0, '2026-05-01T10:00:00Z'));
    intake.take(window(3, '2036-01-01T00:00:00Z'));
    intake.take(window(6, '2026-05-01T10:00:12Z'));
    expect(tally.counts().missedSeconds).toBe(0);
    // Two were never listed.
    intake.take(window(11, '2026-05-01T10:00:22Z'));
    expect(tally.counts().missedSeconds).toBe(4);
  });

  it('counts nothing as missed because an older URL is some segments behind', () => {
    const { intake, tally } = openIntake();
    for (const [sequence, start] of [
      [4, '2026-05-01T10:00:08Z'],
      [2, '2026-05-01T10:00:04Z'],
      [6, '2026-05-01T10:00:12Z'],
    ] as const)
      intake.take(window(sequence, start));
    expect(tally.counts().missedSeconds).toBe(0);
  });
});

describe('the account of a recorder', () => {
  it('of the newest segment follows a stream whose clock is set back, and not a segment that comes late', () => {
    const tally = openTally();
    const at = (time: string): number => Date.parse(time) * 1000;
    for (const [time, latest] of [
      ['2036-01-01T00:00:02Z', '2036-01-01T00:00:02Z'],
      ['2026-05-01T10:00:04Z', '2026-05-01T10:00:04Z'],
      ['2026-05-01T10:00:02Z', '2026-05-01T10:00:04Z'],
      ['2026-05-01T10:00:06Z', '2026-05-01T10:00:06Z'],
    ] as const) {
      tally.reached(at(time));
      expect(tally.latestEndMicros).toBe(at(latest));
    }
  });

  it('counts every loss, also of more segments than are known by name', () => {
    const tally = openTally();
    const losses = 200_100;
    for (let at = 0; at < losses; at += 1) tally.lost(`2026-05-01T10/${at}`, 2_000_000);
    tally.lost(`2026-05-01T10/${losses - 1}`, 2_000_000);
    expect(tally.counts()).toMatchObject({ lost: losses, lostSeconds: 2 * losses });
    tally.present(`2026-05-01T10/${losses - 1}`);
    expect(tally.counts()).toMatchObject({ lost: losses - 1, lostSeconds: 2 * (losses - 1) });
  });
});
