import { tryParseSegmentName } from '@waybill/segments';
import type { Archive } from '../../archive/archive.ts';
import { formatHour } from '@waybill/segments';
import type { HourKey } from './hour-work.ts';
import { IntervalSet } from './interval-set.ts';

const HOUR_MICROS = 3_600_000_000;

interface Edge {
  /** Added to a start within the neighbouring hour to get micros within this one. */
  readonly shiftMicros: number;
  readonly isNear: (name: string) => boolean;
}

/** What full segments of one neighbouring hour cover, near the edge to this one. */
const coverOf = (names: readonly string[], { shiftMicros, isNear }: Edge): IntervalSet => {
  const cover = new IntervalSet();
  for (const name of names) {
    const segment = isNear(name) ? tryParseSegmentName(name) : undefined;
    if (segment?.type !== 'full') continue;
    cover.add(segment.startMicros + shiftMicros, segment.startMicros + segment.durationMicros + shiftMicros);
  }
  return cover;
};

/**
 * What full segments of the hours before and after cover, for the candidates in `names` (sorted) that could overlap
 * them. Names begin with the minute, so that the edges are found without parsing.
 */
export const edgeCover = async (
  archive: Archive,
  key: HourKey & { readonly hourMicros: number },
  names: readonly string[],
  maxSegmentSeconds: number,
): Promise<IntervalSet[]> => {
  const minutes = Math.min(60, Math.ceil(maxSegmentSeconds / 60));
  const [early, late] = [String(minutes).padStart(2, '0'), String(60 - minutes).padStart(2, '0')];
  const list = async (shiftMicros: number): Promise<readonly string[]> => {
    const hour = formatHour(key.hourMicros + shiftMicros);
    return (await archive.listHour(key.channel, key.quality, hour)).names;
  };
  const covers: IntervalSet[] = [];
  if ((names[0] ?? early) < early) {
    covers.push(coverOf(await list(-HOUR_MICROS), { shiftMicros: -HOUR_MICROS, isNear: (name) => name >= late }));
  }
  if ((names.at(-1) ?? '') >= late) {
    covers.push(coverOf(await list(HOUR_MICROS), { shiftMicros: HOUR_MICROS, isNear: (name) => name < early }));
  }
  return covers;
};
