import { parentPort, workerData } from 'node:worker_threads';
import { openLmdbBlockStore } from '../../src/index.ts';

/** Counts which of the given blocks a store has, from a thread of its own. */
const { folder, cids } = workerData as { folder: string; cids: Uint8Array[] };
const store = await openLmdbBlockStore({ path: folder, readOnly: true, verifyReads: true });
const found = await store.getManyBytes(cids);
await store.close();
parentPort?.postMessage(found.filter((data) => data !== undefined).length);
