import { matchTempName, parseTempMark } from '@waybill/common';

/*
 * While a file is written it stands beside its final name:
 *
 *   TIME-DURATION-temp-waybill.MARK.N.ts      media: `temp` in the third field is what every wubloader program skips
 *   FINALNAME.waybill.MARK.N.temp             chat, tombstones and extras
 *
 * MARK names the process, so that a sweep after a crash removes what is ours and whose writer is gone, and nothing else.
 */

const MEDIA_TEMP = /-temp-waybill\.([0-9a-z]+)\.[0-9]+\.ts$/;
/** wubloader's own: FINALNAME.UUID.temp. */
const UUID_TEMP = /\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.temp$/i;
/** Leaves room for what is added below: file names have at most 255 bytes. */
const MAX_STEM_BYTES = 160;

/** `TIME-DURATION` of a media segment's name. */
export function mediaTempName(finalName: string): (mark: string, sequence: number) => string {
  const durationEnd = finalName.indexOf('-', finalName.indexOf('-') + 1);
  return (mark, sequence) => `${finalName.slice(0, durationEnd)}-temp-waybill.${mark}.${sequence.toString()}.ts`;
}

export function otherTempName(finalName: string): (mark: string, sequence: number) => string {
  const stem = Buffer.byteLength(finalName) <= MAX_STEM_BYTES ? finalName : '';
  return (mark, sequence) => `${stem}.waybill.${mark}.${sequence.toString()}.temp`;
}

/** The mark of one of our temp files; undefined for every other name. */
export function matchOwnTempName(name: string): string | undefined {
  const mark = MEDIA_TEMP.exec(name)?.[1];
  if (mark === undefined) return matchTempName(name);
  return parseTempMark(mark) === undefined ? undefined : mark;
}

/** Whether a file among extras is somebody's unfinished write. */
export function isExtraTempName(name: string): boolean {
  return UUID_TEMP.test(name) || matchTempName(name) !== undefined;
}
