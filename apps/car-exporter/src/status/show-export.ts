import type { Output } from '@waybill/cli-kit';
import type { WalkStatus } from '../walk/walk-car.ts';

/** With `--json`, so often a line on standard error says how far it is. */
const LINE_MS = 1000;

export interface ShownExport extends Disposable {
  readonly onStatus: (status: WalkStatus) => void;
}

/** A bar on a terminal, plain lines elsewhere; JSON lines on standard error with `--json`. */
export function showExport(output: Output): ShownExport {
  if (output.json && !output.quiet) return jsonLines(output);
  const progress = output.progress({ label: 'blocks' });
  return {
    onStatus: ({ blockCount }) => progress.set(blockCount),
    [Symbol.dispose]: () => progress.end(),
  };
}

function jsonLines(output: Output): ShownExport {
  const startedMs = performance.now();
  let toldMs = startedMs;
  return {
    onStatus: (status) => {
      const nowMs = performance.now();
      if (nowMs - toldMs < LINE_MS) return;
      toldMs = nowMs;
      const seconds = (nowMs - startedMs) / 1000;
      const blocksPerSecond = Math.round(status.blockCount / seconds);
      output.info(JSON.stringify({ event: 'progress', ...status, seconds: Math.round(seconds), blocksPerSecond }));
    },
    [Symbol.dispose]: () => undefined,
  };
}
