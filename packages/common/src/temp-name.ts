import { threadId } from 'node:worker_threads';
import { parseTempMark, tempMark } from './temp-mark.ts';

/** Builds the name of a temp file; MUST give another name for another `sequence`, and hold the mark, so that a sweep knows its own. */
export type TempNamer = (mark: string, sequence: number) => string;

/** `.waybill.MARK.N.temp`, with anything in front. */
const TEMP_NAME = /\.waybill\.([0-9a-z]+)\.[0-9]+\.temp$/;

/** Threads share the mark; each counts in a range of its own. */
let sequence = threadId * 2 ** 32;

/** The name for one new temp file. */
export function nextTempName(namer: TempNamer = defaultTempName): string {
  sequence += 1;
  return namer(tempMark(), sequence);
}

/** Hidden, and of bounded length whatever the target is called. */
export function defaultTempName(mark: string, sequence: number): string {
  return `.waybill.${mark}.${sequence}.temp`;
}

/** The mark in a name that ends like {@link defaultTempName}; `undefined` for every other name. */
export function matchTempName(name: string): string | undefined {
  const mark = TEMP_NAME.exec(name)?.[1];
  return mark !== undefined && parseTempMark(mark) !== undefined ? mark : undefined;
}
