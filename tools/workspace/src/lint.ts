// eslint with types holds the programs of all that it looks at: folder by folder, two at a time, it fits into a small machine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const AT_ONCE = 2;
const root = path.resolve(import.meta.dirname, '../../..');
const apps = readdirSync(path.join(root, 'apps')).map((name) => ({ name, args: [`apps/${name}`] }));
const parts = [
  ...apps,
  { name: 'packages', args: ['packages'] },
  { name: 'rest', args: ['.', '--ignore-pattern', 'apps/', '--ignore-pattern', 'packages/'] },
];

/** The exit code of eslint, which has its cache for each part. */
async function lint({ name, args }: (typeof parts)[number]): Promise<number> {
  const cache = ['--cache', '--cache-location', `node_modules/.cache/eslint/${name}`];
  const child = spawn('eslint', [...cache, '--max-warnings', '0', ...args], {
    ...{ cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const codes: number[] = [];
const left = parts.values();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const part of left) codes.push(await lint(part));
  }),
);
process.exitCode = Math.max(...codes);
