import { WaybillError } from '@waybill/common';

/** Without a block more for so long, an export is taken for stuck: a hung disk or node, not a slow one. */
const STALL_MS = 5 * 60_000;

export class ExportStalledError extends WaybillError {
  readonly stalledMs: number;

  constructor(stalledMs: number) {
    super(`no progress for ${Math.round(stalledMs / 1000)} s`, { code: 'ERR_EXPORT_STALLED', retryable: true });
    this.stalledMs = stalledMs;
  }
}

export interface ProgressWatch extends Disposable {
  /** Aborted with the signal given, or when nothing has moved for too long. */
  readonly signal: AbortSignal;
  moved(): void;
  /** Watches no longer; the signal given still counts. */
  stop(): void;
}

/** Ends what does not move. @param stallMs Default five minutes. */
export function watchProgress(signal: AbortSignal | undefined, stallMs = STALL_MS): ProgressWatch {
  const controller = new AbortController();
  let movedAt = performance.now();
  const timer = setInterval(() => {
    const stalledMs = performance.now() - movedAt;
    if (stalledMs >= stallMs) controller.abort(new ExportStalledError(stalledMs));
  }, stallMs / 10).unref();
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
    moved: () => {
      movedAt = performance.now();
    },
    stop: () => clearInterval(timer),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
