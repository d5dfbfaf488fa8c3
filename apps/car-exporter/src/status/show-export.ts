import type { Output } from '@waybill/cli-kit';
import type { WalkStatus } from '../walk/walk-car.ts';

/** With `--json`, so often a line on standard error says how far it is. */
const LINE_MS = 1000;

export interface ShownExport extends Disposable {
  readonly onStatus: (status: WalkStatus) => void;
  /** The export is whole: what it has is all that it was to have. */
  readonly done: () => void;
}

/**
 * A bar on a terminal, plain lines elsewhere; JSON lines on standard error with `--json`. The time that is left is
 * reckoned for `mostBlocks`: exports of all that a source has take as long, others less.
 */
export function showExport(output: Output, mostBlocks?: number): ShownExport {
  if (output.json && !output.quiet) return jsonLines(output, mostBlocks);
  const progress = output.progress({ label: 'blocks', total: mostBlocks });
  let blocks = 0;
  return {
    onStatus: ({ blockCount }) => {
      blocks = blockCount;
      progress.set(blockCount);
    },
    done: () => {
      progress.setTotal(blocks);
      progress.end();
    },
    [Symbol.dispose]: () => progress.end(),
  };
}

function jsonLines(output: Output, mostBlocks: number | undefined): ShownExport {
  const startedMs = performance.now();
  let toldMs = startedMs;
  return {
    onStatus: (status) => {
      const nowMs = performance.now();
      if (nowMs - toldMs < LINE_MS) return;
      toldMs = nowMs;
      const seconds = (nowMs - startedMs) / 1000;
      const blocksPerSecond = Math.round(status.blockCount / seconds);
      const mostSecondsLeft = secondsLeft(status.blockCount, mostBlocks, blocksPerSecond);
      const times = { seconds: Math.round(seconds), blocksPerSecond, mostSecondsLeft };
      output.info(JSON.stringify({ event: 'progress', ...status, ...times }));
    },
    done: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

/** At most: the whole source may be more than the export is. */
export function secondsLeft(done: number, most: number | undefined, perSecond: number): number | undefined {
  if (most === undefined || perSecond <= 0) return undefined;
  return Math.round(Math.max(0, most - done) / perSecond);
}
