import type { HourSequence } from './best-of-hour.ts';
import { Candidates } from './candidates.ts';
import type { SelectedSegment } from './selected-segment.ts';
import type { Sequence } from './sequence-builder.ts';
import { SequenceBuilder } from './sequence-builder.ts';
import { findTakeOver } from './take-over.ts';

/**
 * wubloader: exactly what its get_best_segments chooses (spec 1.3).
 * waybill: the same, except that a better overlapping segment wins over a bad one: where a segment of a better type begins
 * inside a chosen suspect or partial and ends no earlier, it takes over instead of being dropped, and the bad one is
 * cut there (or left out, where at most 10 ms of it would be of use) – unless it would push out the segment that follows.
 * The exact conditions are in take-over.ts and in docs/formats/segments.md#take-over.
 */
export type SelectionRules = 'wubloader' | 'waybill';

export interface SelectionOptions {
  /** False: throw HoleFoundError at the first hole. Default true. */
  readonly allowHoles?: boolean | undefined;
  /** Default 'waybill'. */
  readonly rules?: SelectionRules | undefined;
}

/**
 * The best sequence for [startMicros, endMicros) from hours in ascending order: those of selectionHours, of which any may be
 * absent. Segments next to each other meet within 10 ms. Unless the first item is null, the first segment begins at or
 * before the start; unless the last is null, the last one ends at or after the end. As in wubloader, the last segment may
 * even begin after the end, behind a hole.
 * Throws HoleFoundError where holes are not allowed. Linear: a day of cached hours takes about a millisecond.
 */
export function joinHours(
  hours: readonly HourSequence[],
  startMicros: number,
  endMicros: number,
  options: SelectionOptions = {},
): Sequence {
  const { allowHoles = true, rules = 'waybill' } = options;
  const candidates = new Candidates(hours, rules === 'wubloader' ? 'name' : 'time');
  const { segments } = candidates;
  const builder = new SequenceBuilder(startMicros, endMicros, allowHoles);
  for (let index = 0; index < segments.length && !builder.isComplete; index += 1) {
    const segment = segments[index];
    if (segment === undefined || !builder.offer(segment)) continue;
    if (rules === 'waybill') index = takeOvers(builder, segments, index, endMicros);
    const runEnd = candidates.runEnd(index);
    if ((segments[runEnd]?.endMicros ?? Infinity) >= endMicros) continue;
    builder.appendRun(segments, index + 1, runEnd + 1);
    index = runEnd;
  }
  return builder.finish();
}

/** A suspect that took over from a partial may lose to a full in turn. Returns the index of the one that stays. */
function takeOvers(
  builder: SequenceBuilder,
  candidates: readonly SelectedSegment[],
  placed: number,
  endMicros: number,
): number {
  let index = placed;
  let next = findTakeOver(candidates, index, endMicros);
  while (next !== undefined) {
    const winner = candidates[next];
    if (winner !== undefined) builder.takeOver(winner);
    index = next;
    next = findTakeOver(candidates, index, endMicros);
  }
  return index;
}
