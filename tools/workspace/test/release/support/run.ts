import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

export const ROOT = path.resolve(import.meta.dirname, '../../../../..');

/** Marks of vitest's own workers, of pnpm's run that may be around it, and options of our programs: nothing that a user has. */
function cleanEnvironment(changes: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:VITEST|NODE_(?:OPTIONS|ENV|PATH|V8_COVERAGE|COMPILE_CACHE)$|WAYBILL_|npm_(?!config_registry))/.test(name),
  );
  return { ...Object.fromEntries(inherited), CI: 'true', TURBO_TELEMETRY_DISABLED: '1', ...changes };
}

/** Runs a command to its end, and returns its standard output. Throws with all of its output where it does not end with `code`. */
export function run(
  cwd: string,
  [command = '', ...args]: readonly string[],
  { env = {}, code = 0 }: { env?: NodeJS.ProcessEnv; code?: number } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 400_000,
    env: cleanEnvironment(env),
  });
  if (error !== undefined) throw error;
  if (status !== code) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** pnpm in the version that package.json names, as in the workflow of releases. */
export function pnpm(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { packageManager } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  return run(cwd, ['npx', '--yes', packageManager, ...args], { env });
}
