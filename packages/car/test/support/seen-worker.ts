import { parentPort } from 'node:worker_threads';
import { openSeenSet, type SharedSeenSet } from '../../src/seen/seen-set.ts';
import { numberedCid, writeNumber } from './numbered-cid.ts';

/** One run of one worker. */
export interface SeenWork {
  readonly shared: SharedSeenSet;
  readonly from: number;
  readonly to: number;
  /** Prime to the count, so that all numbers are met, in an order of this worker's own. */
  readonly step: number;
  /** Counts who is ready. */
  readonly gate: SharedArrayBuffer;
  readonly workers: number;
}

function addAll({ shared, from, to, step, gate, workers }: SeenWork): number {
  const set = openSeenSet(shared);
  const ready = new Int32Array(gate);
  // All begin together: this is about what happens when they meet.
  Atomics.add(ready, 0, 1);
  Atomics.notify(ready, 0);
  for (let seen = Atomics.load(ready, 0); seen < workers; seen = Atomics.load(ready, 0))
    Atomics.wait(ready, 0, seen, 1000);
  const cid = numberedCid();
  let added = 0;
  for (let turn = 0; turn < to - from; turn += 1) {
    writeNumber(cid, from + ((turn * step) % (to - from)));
    if (set.add(cid, 0, cid.length)) added += 1;
  }
  return added;
}

parentPort?.on('message', (work: SeenWork) => parentPort?.postMessage(addAll(work)));
