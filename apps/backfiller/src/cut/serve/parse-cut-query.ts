import type { Query } from '../../serve/query.ts';
import { firstOf } from '../../serve/query.ts';
import { parseQueryTime } from '../../serve/query-time.ts';
import { rangeOfQuery } from '../../serve/range-of-query.ts';
import { CutInvalidError } from '../cut-errors.ts';
import type { CutRange, CutRequest, CutType } from '../plan/cut-request.ts';
import { CUT_TYPES } from '../plan/cut-request.ts';
import { parseTransition } from '../plan/transitions.ts';

/** The arguments of /cut (spec section 1.2). Throws CutInvalidError, QueryInvalidError; undefined where there is no hour. */
export function parseCutQuery(
  query: Query,
  { channel, quality, existing }: { channel: string; quality: string; existing: readonly string[] },
): CutRequest | undefined {
  const type = parseCutType(firstOf(query, 'type') ?? 'fast');
  const transitions = [query['transition'] ?? []].flat().map(parseTransition);
  const allowHoles = parseAllowHoles(firstOf(query, 'allow_holes') ?? 'false');
  const given = [query['range'] ?? []].flat();
  const ranges = given.length > 0 ? given.map(parseRange) : wholeRange(query, existing);
  return ranges === undefined ? undefined : { channel, quality, type, ranges, transitions, allowHoles };
}

/** `START,END`. Throws QueryInvalidError, CutInvalidError. */
export function parseRange(text: string): CutRange {
  const [start, end, ...more] = text.split(',');
  if (start === undefined || end === undefined || more.length > 0)
    throw new CutInvalidError('A range is START,END, two times');
  return { startMicros: parseQueryTime('range', start), endMicros: parseQueryTime('range', end) };
}

/** Throws CutInvalidError. */
export function parseCutType(text: string): CutType {
  const type = CUT_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  // A restreamer says so too: an MP4 would have to be held as a whole before its first byte.
  if (text === 'mp4') throw new CutInvalidError('mp4 has been disabled');
  throw new CutInvalidError(`Unknown type. Must be one of: ${CUT_TYPES.join(', ')}`);
}

function parseAllowHoles(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw new CutInvalidError('allow_holes must be one of: true, false');
  return lower === 'true';
}

function wholeRange(query: Query, existing: readonly string[]): CutRange[] | undefined {
  const range = rangeOfQuery(query, existing, 1);
  return range === undefined ? undefined : [{ startMicros: range.startMicros, endMicros: range.endMicros }];
}
