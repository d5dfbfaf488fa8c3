import type { Digest } from '@waybill/digest';
import { formatBase64Url } from '@waybill/digest';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './calendar.ts';
import { formatDuration } from './duration.ts';
import { tryParseSegmentName } from './parse-segment-name.ts';
import { SegmentNameInvalidError } from './segment-name-invalid-error.ts';
import type { StoredSegmentType } from './segment-type.ts';

/** The duration: its text as another name or a playlist gave it, or micros. */
export type DurationInit = { readonly durationText: string } | { readonly durationMicros: number };

/** What the name says of the content: its digest, or, for a temp file, a mark of `[A-Za-z0-9._-]+`. */
export type ContentInit =
  { readonly type: StoredSegmentType; readonly digest: Digest } | { readonly type: 'temp'; readonly tempId: string };

export type SegmentNameInit = {
  /** Offset within the hour, or micros since the epoch: only the part within the hour is written. */
  readonly startMicros: number;
} & DurationInit &
  ContentInit;

/**
 * The name of a segment file, as the downloader of wubloader writes it: `MM:SS.ffffff-DURATION-TYPE-HASH.ts`, the duration
 * as Python writes a float. One exception: below 100 micros Python writes `9e-05`, whose dash makes the name unreadable for
 * every parser; `0.00009` is written instead.
 * Throws SegmentNameInvalidError where parseSegmentName would not take the result.
 */
export function formatSegmentName(init: SegmentNameInit): string {
  const last = init.type === 'temp' ? init.tempId : formatBase64Url(init.digest);
  const name = `${formatOffset(init.startMicros)}-${durationTextOf(init)}-${init.type}-${last}.ts`;
  if (tryParseSegmentName(name) === undefined) throw new SegmentNameInvalidError(name, 'it would not be readable');
  return name;
}

/** `MM:SS.ffffff` */
function formatOffset(micros: number): string {
  const offset = ((micros % MICROS_PER_HOUR) + MICROS_PER_HOUR) % MICROS_PER_HOUR;
  const minute = Math.floor(offset / MICROS_PER_MINUTE);
  const second = Math.floor((offset % MICROS_PER_MINUTE) / MICROS_PER_SECOND);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(minute)}:${two(second)}.${String(offset % MICROS_PER_SECOND).padStart(6, '0')}`;
}

function durationTextOf(init: DurationInit): string {
  if ('durationText' in init) return init.durationText;
  const { durationMicros } = init;
  const isTiny = durationMicros > 0 && durationMicros < 100;
  return isTiny ? `0.${String(durationMicros).padStart(6, '0')}` : formatDuration(durationMicros);
}
