import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';
import { formatBase64Url } from '@waybill/digest';
import { isTombstoneName, parseHour } from '@waybill/segments';
import type { Archive, SegmentAddress } from '../archive/archive.ts';
import type { VerifyProblem, VerifyReport } from './verify-report.ts';
import { verifySegment } from './verify-segment.ts';
import type { Verdict } from './verify-segment.ts';
import { describeError, VerifyTally } from './verify-tally.ts';

/** Optional methods: what a terminal or a log shows while it runs. */
export interface VerifyProgress {
  /** An hour is done. */
  onHour?(path: string, totals: { checked: number; bytes: number; problems: number }): void;
  onProblem?(problem: VerifyProblem): void;
}

export interface VerifyInit extends AbortOptions {
  readonly archive: Archive;
  /** Default: all. */
  readonly channels?: readonly string[] | undefined;
  /** Default: all, chat included. */
  readonly qualities?: readonly string[] | undefined;
  /** Hours that end at or before this are left out. Default: none. */
  readonly startMicros?: number | undefined;
  /** Hours that begin at or after this are left out. Default: none. */
  readonly endMicros?: number | undefined;
  /** Files that are read at a time. Default 2: one is read while another one is hashed, and a disk still seeks little. */
  readonly concurrency?: number | undefined;
  /** Set corrupt files aside under an honest name, so that they are fetched again. Default false: look only. */
  readonly setAside?: boolean | undefined;
  readonly progress?: VerifyProgress | undefined;
}

const HOUR_MICROS = 3_600_000_000;

/**
 * Hashes every segment and chat batch again, reports each that is not what its name says, and goes on. What tombstones
 * hide is left out. Rejects for no file's sake; an abort ends it with a report that is not `finished`.
 */
export const verifyArchive = async (init: VerifyInit): Promise<VerifyReport> => {
  const tally = new VerifyTally();
  try {
    for await (const hour of hoursOf(init, tally)) await verifyHour(init, hour, tally);
  } catch (error) {
    if (init.signal?.aborted !== true) throw error;
  }
  return tally.toReport(init.signal?.aborted === true);
};

type Hour = Omit<SegmentAddress, 'name'>;

/** A directory that cannot be listed is reported, and the next one comes. */
const listOr = async (
  tally: VerifyTally,
  path: string,
  list: () => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  try {
    return await list();
  } catch (error) {
    tally.noteListingError(path, error);
    return [];
  }
};

async function* hoursOf(
  { archive, channels, qualities, signal, ...range }: VerifyInit,
  tally: VerifyTally,
): AsyncGenerator<Hour> {
  const { startMicros = -Infinity, endMicros = Infinity } = range;
  const unseen = new Set(qualities);
  for (const channel of wanted(channels, await listOr(tally, '.', () => archive.listChannels({ signal })), tally)) {
    const present = await listOr(tally, channel, () => archive.listQualities(channel, { signal }));
    for (const quality of present.filter((name) => qualities?.includes(name) ?? true)) {
      unseen.delete(quality);
      const list = (): Promise<readonly string[]> => archive.listHours(channel, quality, { signal });
      for (const hour of await listOr(tally, `${channel}/${quality}`, list)) {
        signal?.throwIfAborted();
        const micros = parseHour(hour);
        if (micros + HOUR_MICROS > startMicros && micros < endMicros) yield { channel, quality, hour };
      }
    }
  }
  for (const quality of unseen) tally.noteListingError(quality, 'no channel has this quality');
}

/** A channel that was asked for and is not here must not pass as one in which all is well. */
const wanted = (
  asked: readonly string[] | undefined,
  present: readonly string[],
  tally: VerifyTally,
): readonly string[] => {
  for (const channel of asked ?? []) {
    if (!present.includes(channel)) tally.noteListingError(channel, 'there is no such channel');
  }
  return asked?.filter((channel) => present.includes(channel)) ?? present;
};

const verifyHour = async (init: VerifyInit, hour: Hour, tally: VerifyTally): Promise<void> => {
  const { archive, signal, concurrency = 2, progress } = init;
  const path = `${hour.channel}/${hour.quality}/${hour.hour}`;
  const list = async (): Promise<readonly string[]> =>
    (await archive.listHour(hour.channel, hour.quality, hour.hour, { signal })).names;
  const names = await listOr(tally, path, list);
  // The workers share the iterator: each takes the next name that nobody has.
  const queue = names.values();
  const work = async (): Promise<void> => {
    for (const name of queue) {
      if (!isTombstoneName(name)) await verifyOne(init, { ...hour, name }, tally);
      // Small files are read and hashed at once: without a pause, signals and other work would never get a turn.
      await nextTurn();
      signal?.throwIfAborted();
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, work));
  // Only now: no worker may hold a file when this one rejects.
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  const { checked, bytes, problemCount: problems } = tally;
  progress?.onHour?.(path, { checked, bytes, problems });
};

const verifyOne = async (init: VerifyInit, address: SegmentAddress, tally: VerifyTally): Promise<void> => {
  const problem = await examine(init, address, tally);
  if (problem === undefined) return;
  tally.noteProblem(problem);
  init.progress?.onProblem?.(problem);
};

const examine = async (
  init: VerifyInit,
  address: SegmentAddress,
  tally: VerifyTally,
): Promise<VerifyProblem | undefined> => {
  const path = `${address.channel}/${address.quality}/${address.hour}/${address.name}`;
  let found: Verdict;
  try {
    found = await verifySegment(init.archive, address, { signal: init.signal });
  } catch (error) {
    init.signal?.throwIfAborted();
    return { kind: 'unreadable', path, error: describeError(error) };
  }
  if (found.verdict === 'without-digest') return { kind: 'without-digest', path };
  if (found.verdict === 'vanished') tally.vanished += 1;
  else tally.noteChecked(found.sizeBytes);
  return found.verdict === 'corrupt' ? await reportCorrupt(init, address, path, found) : undefined;
};

const reportCorrupt = async (
  { archive, setAside = false, signal }: VerifyInit,
  address: SegmentAddress,
  path: string,
  { sizeBytes, expected, actual }: Extract<Verdict, { verdict: 'corrupt' }>,
): Promise<VerifyProblem> => {
  const texts = { expected: formatBase64Url(expected), actual: formatBase64Url(actual) };
  const problem = { kind: 'corrupt', path, sizeBytes, ...texts } as const;
  if (!setAside) return problem;
  try {
    return { ...problem, setAsideAs: await archive.setAside(address, actual, { signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    return { ...problem, setAsideError: describeError(error) };
  }
};
