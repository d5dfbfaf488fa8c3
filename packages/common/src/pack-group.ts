import { join } from 'node:path';
import type { Fifo } from './fifo.ts';
import type { GroupJob, GroupWriteOptions } from './group-writer.ts';
import { nextTempName } from './temp-name.ts';
import type { GroupFile } from './write-group.ts';

/** Bounds how long one group keeps its first file waiting: a disk that needs 10 ms for a flush takes half a second. */
const MOST_FILES = 48;
/** Before the umask. */
const MODE = 0o666;

export interface PackedGroup {
  readonly jobs: readonly GroupJob[];
  /** Of the same order and number. */
  readonly files: readonly GroupFile[];
}

/** Takes jobs out of the queue, in order, as long as their contents find room in `contents`, and copies these there. */
export function packGroup(queue: Fifo<GroupJob>, contents: Uint8Array, admit: (job: GroupJob) => boolean): PackedGroup {
  const jobs: GroupJob[] = [];
  const files: GroupFile[] = [];
  let filledBytes = 0;
  for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
    if (jobs.length >= MOST_FILES || filledBytes + next.bytes.length > contents.length) break;
    queue.shift();
    if (!admit(next)) continue;
    contents.set(next.bytes, filledBytes);
    jobs.push(next);
    files.push(toGroupFile(next, filledBytes));
    filledBytes += next.bytes.length;
  }
  return { jobs, files };
}

function placingOf({ exclusive = false, keepExisting = false }: GroupWriteOptions): GroupFile['placing'] {
  if (exclusive) return 'exclusive';
  return keepExisting ? 'keep' : 'replace';
}

export function toGroupFile({ path, directory, bytes, options }: GroupJob, offset: number): GroupFile {
  return {
    path,
    tempPath: join(directory, nextTempName(options.tempName)),
    offset,
    length: bytes.length,
    mode: MODE,
    placing: placingOf(options),
  };
}
