// Runs in a thread of its own: see group-writer.ts.
import { parentPort, workerData } from 'node:worker_threads';
import type { Group, GroupThreadData } from './group-thread-client.ts';
import { writeGroup } from './write-group.ts';

const { contents } = workerData as GroupThreadData;

parentPort?.on('message', ({ files, durability }: Group) => {
  parentPort?.postMessage(writeGroup(files, contents, durability));
});
