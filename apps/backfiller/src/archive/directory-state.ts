import { statSync } from 'node:fs';

/** What tells one content of a directory from another, as far as the file system says. */
export interface DirectoryState {
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
}

/*
 * A file system stamps a change with the kernel's coarse clock, which advances once per timer tick: 1 to 10 ms
 * (CONFIG_HZ 1000 to 100). Two changes within one tick leave the same stamp, so a stamp younger than a tick may still
 * come to stand for another content. 20 ms is twice the coarsest tick; the rest covers the rounding of Date.now().
 */
const FINE_TICK_NS = 20_000_000n;
/** FAT stamps every 2 s, HFS+, ext3 and old NFS servers every second; all of them stamp whole milliseconds. */
const COARSE_TICK_NS = 2_100_000_000n;
const NS_PER_MS = 1_000_000n;

/**
 * The state now; undefined where no directory is there. Synchronous: with its inode in memory, as it is for whatever
 * is asked often, this takes 3 µs, far less than handing the call to a thread; and 504 of them make one /digest.
 */
export function readDirectoryState(directory: string): DirectoryState | undefined {
  const stat = statSync(directory, { bigint: true, throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return undefined;
  return { mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs, ino: stat.ino };
}

export function sameState(a: DirectoryState, b: DirectoryState): boolean {
  return a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino;
}

/**
 * Whether any later change is sure to give another state. By ctime: every change moves it, and unlike mtime
 * (`rsync -t`, `cp -a`) nobody can set it back. A stamp from the future (a file server's clock) is never settled.
 *
 * @param nowMs the time when the state was read, by Date.now()
 */
export function isSettled(state: DirectoryState, nowMs: number): boolean {
  const tickNs = state.ctimeNs % NS_PER_MS === 0n ? COARSE_TICK_NS : FINE_TICK_NS;
  return BigInt(Math.floor(nowMs)) * NS_PER_MS - state.ctimeNs >= tickNs;
}
