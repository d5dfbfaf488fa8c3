import { sha256 } from '@waybill/digest';
import fc from 'fast-check';
import type { SegmentName, StoredSegmentType } from '../../src/index.ts';
import { formatSegmentName, parseHour } from '../../src/index.ts';

export const HOUR = '2024-03-01T10';
export const HOUR_MICROS = parseHour(HOUR);
export const SECOND = 1_000_000;
export const EMPTY_HASH = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU';

export const digestOf = (content: string) => sha256(new TextEncoder().encode(content));

/** Name of a segment from `start` to `end`, in seconds within the hour. */
export function segmentName(
  start: number,
  end: number,
  type: StoredSegmentType = 'full',
  content = `${start}`,
): string {
  const startMicros = Math.round(start * SECOND);
  const durationMicros = Math.round(end * SECOND) - startMicros;
  return formatSegmentName({ startMicros, durationMicros, type, digest: digestOf(content) });
}

/** The public fields as a plain object: `digest` is a getter, which deep equality does not see. */
export function fieldsOf({ name, startMicros, durationMicros, durationText, type, hashText, digest }: SegmentName) {
  return { name, startMicros, durationMicros, durationText, type, hashText, digest };
}

export const digests = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => ({ algorithm: 'sha256' as const, bytes }));
export const offsets = fc.integer({ min: 0, max: 3_600_000_000 - 1 });
export const durations = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 12_000_000 }),
  fc.integer({ min: 0, max: 86_400_000_000 }),
);

/** Any UTF-16 at all, lone surrogates too. Quicker to make than fast-check's own strings of whole Unicode. */
export const anyText = (maxLength: number) =>
  fc.uint16Array({ maxLength }).map((units) => String.fromCharCode(...units));
