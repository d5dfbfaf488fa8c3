import { formatHour, formatSegmentName } from '@waybill/segments';
import type { MediaSegment } from '../playlist/media-playlist.ts';

/** Where a segment belongs, whatever its content will be. */
export interface SegmentSlot {
  readonly hour: { readonly channel: string; readonly quality: string; readonly hour: string };
  /** `TIME-DURATION`: what all names for it in that hour begin with. */
  readonly prefix: string;
  /** Micros since the epoch. */
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly durationText: string | undefined;
}

/** Two slots with the same key are the same segment, whichever URL it came from. */
export const slotKey = ({ hour, prefix }: SegmentSlot): string => `${hour.hour}/${prefix}`;

/** Throws HourInvalidError for times that no archive has. */
export function slotOf(
  { channel, quality }: { channel: string; quality: string },
  startMicros: number,
  { durationMicros, durationText }: Pick<MediaSegment, 'durationMicros' | 'durationText'>,
): SegmentSlot {
  const duration = durationText === undefined ? { durationMicros } : { durationText };
  const name = formatSegmentName({ startMicros, ...duration, type: 'temp', tempId: 'x' });
  const hour = { channel, quality, hour: formatHour(startMicros) };
  return { hour, prefix: name.slice(0, name.indexOf('-temp-')), startMicros, durationMicros, durationText };
}
