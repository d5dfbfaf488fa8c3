// Runs in a thread of its own: see hash-thread.ts. Imports nothing of ours: each module costs memory once more here.
import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { HashThreadAnswer, HashThreadRequest } from './hash-thread.ts';

const contents = new Map<number, Hash>();

parentPort?.on('message', (request: HashThreadRequest) => {
  parentPort?.postMessage(answerTo(request));
});

function answerTo({ content, step }: HashThreadRequest): HashThreadAnswer {
  const hash = contents.get(content) ?? createHash('sha256');
  if (typeof step === 'string') {
    contents.delete(content);
    return step === 'finish' ? new Uint8Array(hash.digest()) : null;
  }
  contents.set(content, hash);
  hash.update(step);
  return null;
}
