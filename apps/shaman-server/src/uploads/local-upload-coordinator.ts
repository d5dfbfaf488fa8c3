import { type BlobKey, formatBlobKey } from '@waybill/blob-store';
import type { UploadCoordinator, UploadTurn } from './upload-coordinator.ts';
import { DEFAULT_PATIENCE } from './upload-patience.ts';
import type { UploadPatience } from './upload-patience.ts';
import { UploadQueue } from './upload-queue.ts';

export interface LocalUploadCoordinatorInit extends Partial<UploadPatience> {
  /** Milliseconds, monotonic. Default performance.now. */
  now?: (() => number) | undefined;
}

/** The coordinator of one process. */
export function createLocalUploadCoordinator(init: LocalUploadCoordinatorInit = {}): UploadCoordinator {
  const { now = () => performance.now(), ...patience } = init;
  const { stalledMs, deferrableMs, patientMs } = { ...DEFAULT_PATIENCE, ...patience };
  const queues = new Map<string, UploadQueue>();
  const queueOf = (key: BlobKey): UploadQueue => {
    const name = formatBlobKey(key);
    const known = queues.get(name);
    if (known !== undefined) return known;
    const forget = (): void => {
      // One that ended while its last waiter was on its way may have a successor.
      if (queues.get(name) === queue) queues.delete(name);
    };
    const queue = new UploadQueue({ key, now, stalledMs, onEmpty: forget });
    queues.set(name, queue);
    return queue;
  };
  return {
    async begin(key, { canDefer = false, patient = true, signal } = {}): Promise<UploadTurn> {
      signal?.throwIfAborted();
      const first = queueOf(key);
      if (!first.isMoving) return first.claim();
      if (canDefer && !patient) return { kind: 'deferred' };
      const turn = await first.wait(canDefer ? deferrableMs : patientMs, { signal });
      if (turn !== undefined) return turn;
      const queue = queueOf(key);
      if (!canDefer || !queue.isMoving) return queue.claim();
      queue.leave();
      return { kind: 'deferred' };
    },
    areUploading(keys) {
      if (queues.size === 0) return Promise.resolve(keys.map(() => false));
      return Promise.resolve(keys.map((key) => queues.get(formatBlobKey(key))?.isMoving === true));
    },
    list() {
      return [...queues.values()].flatMap((queue) => queue.list()).sort((a, b) => a.startedAtMs - b.startedAtMs);
    },
    close: () => Promise.resolve(),
  };
}
