import type { BackfillEngine, RunPassOptions } from '../backfill/backfill-engine.ts';
import type { BackfillReport } from '../backfill/report/backfill-report.ts';

export interface MeasuredReport extends BackfillReport {
  /** Processor time of the pass alone, user and system, without the start of the program. */
  readonly cpuSeconds: number;
}

/** One pass, with what it cost. */
export async function measuredPass(engine: BackfillEngine, options: RunPassOptions): Promise<MeasuredReport> {
  const before = process.cpuUsage();
  const report = await engine.runPass(options);
  const { user, system } = process.cpuUsage(before);
  return { ...report, cpuSeconds: (user + system) / 1e6 };
}
