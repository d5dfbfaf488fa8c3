import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHANNEL, cutStream, readStreamIndex } from '@waybill/stream-fixture';

/** What is wrong with the second node, by the index of the segment. */
const LOST: Readonly<Record<string, readonly [first: number, last: number][]>> = {
  source: [
    [10, 21],
    [50, 52],
    [70, 70],
  ],
  '480p': [
    [0, 3],
    [49, 92],
  ],
};
const CORRUPT = { quality: 'source', index: 30 };
const BROKEN_OFF = { quality: 'source', index: 40 };

function isLost(file: string): boolean {
  const [, quality = '', ...rest] = file.split('/');
  const index =
    readStreamIndex().qualities[quality]?.segments.findIndex((segment) => segment.path === rest.join('/')) ?? -1;
  return (LOST[quality] ?? []).some(([first, last]) => index >= first && index <= last);
}

function segmentFile(base: string, { quality, index }: { quality: string; index: number }): string {
  const segment = readStreamIndex().qualities[quality]?.segments[index];
  if (segment === undefined) throw new RangeError(`no segment ${index}`);
  return path.join(base, CHANNEL, quality, segment.path);
}

/** A disk's silent error: one byte differs, the name still claims the old content. */
function corrupt(file: string): void {
  const content = readFileSync(file);
  content[content.length >> 1] = ~(content[content.length >> 1] ?? 0) & 0xff;
  writeFileSync(file, content);
}

/** A recorder's connection that broke: half of the content, under the name that a recorder gives it. */
function breakOff(file: string): void {
  const half = readFileSync(file).subarray(0, 9400);
  rmSync(file);
  const hash = createHash('sha256').update(half).digest('base64url');
  writeFileSync(file.replace(/-full-.*$/, `-partial-${hash}.ts`), half);
}

/** The same archive as the first node's, with holes, a corrupt and a partial segment, without chat and extras. */
export function cutDamagedStream(base: string): void {
  cutStream(base, { keep: (file) => file.startsWith(`${CHANNEL}/`) && !file.includes('/chat/') && !isLost(file) });
  corrupt(segmentFile(base, CORRUPT));
  breakOff(segmentFile(base, BROKEN_OFF));
}
