import { nameKindOf, tryParseSegmentName } from '@waybill/segments';
import type { SegmentName } from '@waybill/segments';
import type { NodeTrust } from '../../remote/remote-node.ts';
import { addsEnough } from './adds-enough.ts';
import type { HourWork } from './hour-work.ts';
import type { IntervalSet } from './interval-set.ts';
import type { SkipReason } from '../report/reasons.ts';
import type { WantedItem } from './wanted-item.ts';

export type Decision =
  | { readonly action: 'skip'; readonly reason: SkipReason }
  | { readonly action: 'tombstone' }
  | { readonly action: 'want'; readonly segment: SegmentName | undefined }
  /** Needed only if the other item fails. */
  | { readonly action: 'park'; readonly segment: SegmentName; readonly behind: WantedItem };

export interface DecisionContext {
  readonly work: HourWork;
  readonly trust: NodeTrust;
  /** What ends later than this is left to the local recorder. */
  readonly cutoffMicros: number;
  /** Announced a moment ago: the cutoff does not hold for full segments. */
  readonly announced: boolean;
  /** Nothing that ends later than this is honest. */
  readonly clockLimitMicros: number;
  readonly maxDurationMicros: number;
  /** What full segments of the neighbouring hours cover, in micros within this hour. */
  readonly neighbours: readonly IntervalSet[];
}

const skip = (reason: SkipReason): Decision => ({ action: 'skip', reason });

/** What to do about a name that a node lists and this archive does not (spec 1.4, 4, 5). */
export const decide = (name: string, context: DecisionContext): Decision => {
  const { work, trust } = context;
  const kind = nameKindOf(name);
  if (kind === 'temp') return skip('temp');
  if (kind === 'tombstone') return trust.tombstones ? { action: 'tombstone' } : skip('untrusted');
  if (kind !== (work.quality === 'chat' ? 'chat' : 'segment')) return skip('unparsable');
  if (work.index.hides(name)) return skip('tombstoned');
  const segment = kind === 'chat' ? undefined : tryParseSegmentName(name);
  return segment === undefined ? { action: 'want', segment } : decideSegment(segment, context);
};

const decideSegment = (segment: SegmentName, context: DecisionContext): Decision => {
  const untimely = checkTime(segment, context);
  if (untimely !== undefined) return skip(untimely);
  const { work, trust, neighbours } = context;
  return decideAgain(segment, { work, replace: trust.replace, neighbours });
};

const checkTime = (segment: SegmentName, context: DecisionContext): SkipReason | undefined => {
  if (segment.durationMicros > context.maxDurationMicros) return 'implausible';
  const endMicros = context.work.hourMicros + segment.startMicros + segment.durationMicros;
  if (endMicros > context.clockLimitMicros) return 'future';
  const isExempt = context.announced && segment.type === 'full';
  return endMicros > context.cutoffMicros && !isExempt ? 'recent' : undefined;
};

/** The part of the decision that other segments' arrival changes: asked once more right before a fetch. */
export const decideAgain = (
  segment: SegmentName,
  { work, replace, neighbours }: { work: HourWork; replace: boolean; neighbours: readonly IntervalSet[] },
): Decision => {
  const { index } = work;
  if (index.has(segment.name)) return skip('exists');
  if (index.hides(segment.name)) return skip('tombstoned');
  if (index.hasNearDuplicate(segment)) return skip('near-duplicate');
  const obstacle = obstacleOf(segment, work, replace, neighbours);
  if (obstacle !== undefined) return skip(obstacle);
  const behind = work.wantedNearDuplicate(segment) ?? rivalOf(segment, work, replace);
  return behind === undefined ? { action: 'want', segment } : { action: 'park', segment, behind };
};

const obstacleOf = (
  segment: SegmentName,
  work: HourWork,
  replace: boolean,
  neighbours: readonly IntervalSet[],
): SkipReason | undefined => {
  const hasFull = work.index.hasFullAt(segment.startMicros);
  if (hasFull && segment.type !== 'full') return 'have-full';
  if (replace) return undefined;
  if (hasFull) return 'second-full';
  const enough = addsEnough(work.index.covered, neighbours, segment.startMicros, segment.durationMicros);
  return enough ? undefined : 'covered';
};

/** A full segment on its way for the same start. */
const rivalOf = (segment: SegmentName, work: HourWork, replace: boolean): WantedItem | undefined => {
  const full = work.wantedFullAt(segment.startMicros);
  if (full === undefined || full.address.name === segment.name) return undefined;
  return segment.type === 'full' && replace ? undefined : full;
};
