import { createHash } from 'node:crypto';
import { seededRandom } from '@waybill/test-kit';
import type { ClientFile } from '../../src/index.ts';

/** How often each content was opened, to tell what was read for nothing. */
export interface TestFile extends ClientFile {
  readonly sha: string;
  readonly key: string;
  readonly content: Buffer;
  readonly opened: number[];
}

export function testFile(path: string, sizeBytes = 100, seed = path.length * 7919 + sizeBytes): TestFile {
  const random = seededRandom(seed);
  const content = Buffer.from(Uint8Array.from({ length: sizeBytes }, () => Math.floor(random() * 256)));
  const sha = createHash('sha256').update(content).digest('hex');
  const opened: number[] = [];
  async function* open({ start }: { start: number }): AsyncGenerator<Uint8Array> {
    opened.push(start);
    for (let at = start; at < content.length; at += 16_384) yield content.subarray(at, at + 16_384);
  }
  return { path, sizeBytes, sha, key: `${sha}-${sizeBytes}`, content, opened, open };
}

export function testFiles(count: number, sizeBytes = 100): TestFile[] {
  return Array.from({ length: count }, (_each, place) => testFile(`dir/file ${place}.bin`, sizeBytes, place + 1));
}

/** Pauses so short that a test does not wait. */
export const QUICK = {
  retryMs: 2,
  pollMs: 2,
  patienceMs: 30,
  continueMs: 1000,
  idleTimeoutMs: 400,
  responseTimeoutMs: 1500,
};
