import type { CommandTimes } from './time-command.ts';

export interface Contender {
  readonly name: string;
  readonly run: () => CommandTimes & { readonly peakBytes?: number };
}

/** What a contender took, run by run. */
export interface Series {
  readonly name: string;
  readonly wall: number[];
  readonly cpu: number[];
  readonly peak: number[];
}

/** In turns: what changes while they run, such as the disk, is the same for all of them. */
export function measureInTurns(contenders: readonly Contender[], runs: number): Series[] {
  const series = contenders.map(({ name }): Series => ({ name, wall: [], cpu: [], peak: [] }));
  for (let run = 0; run < runs; run++) {
    for (const [at, { run: once }] of contenders.entries()) {
      const { wallSeconds, cpuSeconds, peakBytes } = once();
      series[at]?.wall.push(wallSeconds);
      series[at]?.cpu.push(cpuSeconds);
      if (peakBytes !== undefined) series[at]?.peak.push(peakBytes);
    }
  }
  return series;
}
