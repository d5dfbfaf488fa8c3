import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, run } from './run.ts';

const IDENTITY = ['-c', 'user.name=release', '-c', 'user.email=release@localhost', '-c', 'commit.gpgsign=false'];

/** A git repository in `folder` with the files of this one as they are now, without what git ignores. */
export function copyWorkspace(folder: string): void {
  const list = run(ROOT, ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  for (const file of list.split('\0')) {
    const from = path.join(ROOT, file);
    if (file !== '' && existsSync(from)) cpSync(from, path.join(folder, file), { verbatimSymlinks: true });
  }
  run(folder, ['git', 'init', '--quiet', '--initial-branch=main']);
  run(folder, ['git', 'add', '--all']);
  run(folder, ['git', ...IDENTITY, 'commit', '--quiet', '--message=as it is']);
}
