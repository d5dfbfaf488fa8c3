import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlaylist } from '../../../src/record/playlist/parse-playlist.ts';
import { PlaylistInvalidError, PlaylistUnsupportedError } from '../../../src/record/playlist/playlist-errors.ts';
import { media, timeText } from './support.ts';

const RUNS = { numRuns: tierCount({ push: 300, nightly: 20_000 }) };
const EPOCH = Date.UTC(2024, 2, 1) * 1000;

const segment = fc.record({
  durationMicros: fc.integer({ min: 100, max: 30_000_000 }),
  says: fc.boolean(),
  discontinuity: fc.boolean(),
});

const text = (micros: number): string => (micros / 1e6).toFixed(6);

describe('any playlist', () => {
  it('gives each segment the time that its segments add up to, however few times it says', () => {
    const row = fc.array(segment, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        row,
        fc.nat({ max: 1e9 }),
        fc.nat(19),
        fc.constantFrom('\n', '\r\n', '\r'),
        (segments, sequence, at, end) => {
          const lines = ['#EXTM3U', `#EXT-X-MEDIA-SEQUENCE:${sequence}`];
          let micros = EPOCH;
          const expected: number[] = [];
          for (const [index, { durationMicros, says, discontinuity }] of segments.entries()) {
            if (discontinuity) lines.push('#EXT-X-DISCONTINUITY');
            if (says || index === at % segments.length) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${timeText(micros)}`);
            lines.push(`#EXTINF:${text(durationMicros)},title, with commas`, `${index}.ts`);
            expected.push(micros);
            micros += durationMicros;
          }
          const playlist = media(lines.join(end));
          expect(playlist.segments.map(({ startMicros }) => startMicros)).toEqual(expected);
          expect(playlist.segments.every(({ skewMicros }) => skewMicros === 0)).toBe(true);
          expect(playlist.segments.at(-1)?.mediaSequence).toBe(sequence + segments.length - 1);
        },
      ),
      RUNS,
    );
  });

  it('is read, or refused with a line that it has', () => {
    const line = fc.constantFrom(
      '#EXTINF:2.0,live',
      '#EXTINF:',
      'a.ts',
      'http://[',
      '#EXT-X-KEY:METHOD=AES-128,URI="k"',
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"',
      '#EXT-X-BYTERANGE:10',
      '#EXT-X-BYTERANGE:10@0',
      '#EXT-X-MAP:URI="i"',
      '#EXT-X-PROGRAM-DATE-TIME:2024-03-01T11:00:00Z',
      '#EXT-X-PROGRAM-DATE-TIME:x',
      '#EXT-X-DATERANGE:ID="a",START-DATE="2024-03-01T11:00:00Z",DURATION=x',
      '#EXT-X-DATERANGE:ID="a",END-ON-NEXT=YES,',
      '#EXT-X-STREAM-INF:BANDWIDTH=1',
      '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="x",NAME="y"',
      '# a comment',
      '',
      '#EXT-X-ENDLIST',
    );
    const lines = fc.array(fc.oneof({ weight: 9, arbitrary: line }, fc.string({ maxLength: 30 })), { maxLength: 12 });
    fc.assert(
      fc.property(lines, (body) => {
        const whole = ['#EXTM3U', ...body].join('\n');
        try {
          parsePlaylist(whole, 'https://origin.example.org/');
        } catch (error) {
          if (!(error instanceof PlaylistInvalidError) && !(error instanceof PlaylistUnsupportedError)) throw error;
          expect(error.line).toBeGreaterThan(0);
          expect(error.line).toBeLessThanOrEqual(whole.split(/\r\n|\n|\r/).length);
        }
      }),
      RUNS,
    );
  });
});
