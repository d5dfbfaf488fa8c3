import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Node is what every machine has that these tests run on. */
const TOOLS = [
  `node='${process.execPath}'`,
  `sleep() { "$node" -e "setTimeout(() => {}, 1000 * $1)"; }`,
  `cat() { "$node" -e 'process.stdin.pipe(process.stdout)'; }`,
].join('\n');

/** A program in place of ffmpeg; `script` is of sh, with `sleep` and `cat`, and runs for each call but `-version`. Each call adds the pid of its group to `pids`. */
export function fakeFfmpeg(directory: string, script: string): { program: string; pids: () => number[] } {
  const program = path.join(directory, 'ffmpeg');
  const list = path.join(directory, 'pids');
  writeFileSync(program, `#!/bin/sh\n[ "$1" = -version ] && exit 0\necho $$ >>'${list}'\n${TOOLS}\n${script}\n`);
  chmodSync(program, 0o755);
  const pids = (): number[] =>
    existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean).map(Number) : [];
  return { program, pids };
}

/** Whether a process of the group runs. One that has ended, and that nobody has asked after yet, does not. */
export function isGroupAlive(group: number): boolean {
  if (!existsSync('/proc/self/stat')) return isKnown(group);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      // Behind the name in brackets: state, parent, group.
      const [state, , own] = readStat(pid)
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(own) === group && state !== 'Z';
    });
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function isKnown(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
