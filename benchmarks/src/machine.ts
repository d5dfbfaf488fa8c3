import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'apps', 'packages') === '' ? '' : ', with uncommitted changes';
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
}

/** What a figure depends on, in one line. */
export function describeMachine(): string {
  const [processor] = cpus();
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
  return `commit ${commit()} · Node ${process.versions.node} · ${processor?.model ?? process.arch} x ${cpus().length} · ${memory} · ${process.platform}`;
}
