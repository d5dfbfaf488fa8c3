import type { AbortOptions } from '@waybill/common';
import type { Archive } from '../archive/archive.ts';
import type { BackfillEngine } from '../backfill/backfill-engine.ts';
import type { BackfillReport } from '../backfill/report/backfill-report.ts';
import type { VerifyReport } from './verify-report.ts';

export interface RefillInit extends AbortOptions {
  readonly archive: Archive;
  readonly engine: Pick<BackfillEngine, 'runPass'>;
  /** Of a verification that set corrupt files aside. */
  readonly report: VerifyReport;
}

export interface RefillReport {
  /** Paths that were set aside and are here again, verified. */
  readonly refilled: number;
  /** Paths that no node could bring (the first of them, as many as the report of the verification names). */
  readonly stillMissing: readonly string[];
  /** Undefined where nothing was set aside. */
  readonly backfill: BackfillReport | undefined;
}

/** Fetches again what a verification set aside, from whichever nodes have it. Only the hours concerned are compared. */
export const refill = async ({ archive, engine, report, signal }: RefillInit): Promise<RefillReport> => {
  if (report.setAside === 0) return { refilled: 0, stillMissing: [], backfill: undefined };
  const hours = new Set(report.hoursToRefill);
  const only = ({ channel, quality, hour }: { channel: string; quality: string; hour: string }): boolean =>
    hours.has(`${channel}/${quality}/${hour}`);
  const backfill = await engine.runPass({ only, signal });
  const present = await namesIn(archive, hours);
  const wanted = report.problems.filter((problem) => problem.kind === 'corrupt' && problem.setAsideAs !== undefined);
  const stillMissing = wanted.map(({ path }) => path).filter((path) => !present.has(path));
  return { refilled: wanted.length - stillMissing.length, stillMissing, backfill };
};

const namesIn = async (archive: Archive, hours: Iterable<string>): Promise<Set<string>> => {
  const present = new Set<string>();
  for (const path of hours) {
    const [channel = '', quality = '', hour = ''] = path.split('/');
    const { names } = await archive.listHour(channel, quality, hour);
    for (const name of names) present.add(`${path}/${name}`);
  }
  return present;
};
