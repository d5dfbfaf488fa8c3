import type { SelectionRules } from '../../src/index.ts';
import type { ArchiveFile } from './archive.ts';

/** A candidate; `cut` where only the part before `endMicros` is meant. */
export interface Candidate extends ArchiveFile {
  readonly cut: boolean;
}

const TOLERANCE = 10_000;
const RANK = { partial: 0, suspect: 1, full: 2 };

/** Spec 1.3 word by word, without regard for time: the best file of each start. */
export function bestByStart(files: readonly ArchiveFile[]): Candidate[] {
  const starts = [...new Set(files.map(({ startMicros }) => startMicros))].sort((a, b) => a - b);
  return starts.map((start) => {
    const group = files.filter(({ startMicros }) => startMicros === start).sort((a, b) => (a.name < b.name ? -1 : 1));
    const fulls = group.filter(({ type }) => type === 'full');
    const [best] = fulls.length > 0 ? fulls.sort(compareFulls) : group.sort(compareBad);
    if (best === undefined) throw new Error('a start without files');
    return { ...best, cut: false };
  });
}

const compareFulls = (a: ArchiveFile, b: ArchiveFile): number =>
  b.endMicros - a.endMicros || b.sizeBytes - a.sizeBytes || Buffer.compare(b.hash, a.hash);
const compareBad = (a: ArchiveFile, b: ArchiveFile): number => RANK[b.type] - RANK[a.type] || b.sizeBytes - a.sizeBytes;

/** Spec 1.3 word by word, for candidates of unlike starts. */
function sequenceOf(candidates: readonly Candidate[], start: number, end: number): (Candidate | null)[] {
  const result: (Candidate | null)[] = [];
  for (const candidate of candidates) {
    const last = result.at(-1);
    if (last == null) {
      if (candidate.startMicros <= start && start < candidate.endMicros) result.push(candidate);
      else if (start < candidate.startMicros && candidate.startMicros < end) result.push(null, candidate);
      else continue;
    } else {
      const gap = candidate.startMicros - last.endMicros;
      if (gap < -TOLERANCE) continue;
      if (last.type !== 'full' || gap > TOLERANCE) result.push(null);
      result.push(candidate);
    }
    if (candidate.endMicros >= end) break;
  }
  const last = result.at(-1);
  if (last == null || last.type !== 'full' || last.endMicros < end) result.push(null);
  return result;
}

/**
 * The rules 'waybill' as edits of the candidates: for one bad segment of wubloader's own sequence after the other, a better
 * one is looked for inside it; where there is one, the bad one is shortened or taken away, with all that lies between the
 * two, and the sequence is chosen anew.
 */
export function referenceSequence(
  files: readonly ArchiveFile[],
  start: number,
  end: number,
  rules: SelectionRules,
): (Candidate | null)[] {
  const hourOf = (micros: number): number => Math.floor(micros / 3_600_000_000);
  const isVisited = (hour: number): boolean => hour >= hourOf(start) - 1 && hour <= hourOf(end);
  let candidates = bestByStart(files.filter(({ startMicros }) => isVisited(hourOf(startMicros))));
  let sequence = sequenceOf(candidates, start, end);
  const settled = new Set<number>();
  for (;;) {
    const chosen = sequence.filter((item) => item !== null);
    const index = chosen.findIndex(
      ({ type, cut, startMicros }) => type !== 'full' && !cut && !settled.has(startMicros),
    );
    const bad = chosen[index];
    if (rules === 'wubloader' || bad === undefined) return sequence;
    settled.add(bad.startMicros);
    const winner = candidates.find((candidate) => takesOver(candidate, bad, chosen[index + 1], start, end));
    if (winner === undefined) continue;
    candidates = editedCandidates(candidates, bad, winner, start);
    sequence = sequenceOf(candidates, start, end);
  }
}

function editedCandidates(
  candidates: readonly Candidate[],
  bad: Candidate,
  winner: Candidate,
  start: number,
): Candidate[] {
  const before = candidates.filter(({ startMicros }) => startMicros < bad.startMicros);
  const after = candidates.filter(({ startMicros }) => startMicros >= winner.startMicros);
  const isUseful = winner.startMicros - Math.max(bad.startMicros, start) > TOLERANCE;
  return [...before, ...(isUseful ? [{ ...bad, endMicros: winner.startMicros, cut: true }] : []), ...after];
}

function takesOver(
  winner: Candidate,
  bad: Candidate,
  follower: Candidate | undefined,
  start: number,
  end: number,
): boolean {
  const beginsInside = winner.startMicros > bad.startMicros && winner.startMicros < bad.endMicros - TOLERANCE;
  const isInRange = winner.startMicros < end && winner.endMicros > start;
  const reachesAsFar = winner.endMicros >= bad.endMicros;
  const pushesOut =
    follower !== undefined &&
    follower.startMicros < end &&
    (winner.endMicros > follower.startMicros + TOLERANCE || winner.endMicros >= end);
  return RANK[winner.type] > RANK[bad.type] && beginsInside && isInRange && reachesAsFar && !pushesOut;
}
