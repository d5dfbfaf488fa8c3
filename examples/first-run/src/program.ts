import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The built programs, as a user of the packages runs them. */
const APPS = path.resolve(import.meta.dirname, '../../../apps');

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [path.join(APPS, program, 'dist/main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Runs a command with `--json` and returns its exit code and its result. */
export async function runCommand(args: readonly string[]): Promise<{ code: number; result: unknown }> {
  const child = start('backfiller', [...args, '--json', '--log-level', 'error']);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(`backfiller ${args.join(' ')} ended with ${String(code)}:\n${stderr}`);
  return { code: code ?? 1, result: JSON.parse(last) };
}

export interface RunningService {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves an archive on any free port of this machine. Resolves when it listens. */
export async function serveArchive(base: string): Promise<RunningService> {
  return serve('backfiller', ['--base-dir', base]);
}

/** Serves a store of render-job files likewise. */
export async function serveStore(storage: string): Promise<RunningService> {
  return serve('shaman-server', ['--storage', storage]);
}

async function serve(program: string, args: readonly string[]): Promise<RunningService> {
  const child = start(program, ['serve', ...args, '--host', '127.0.0.1', '--port', '0', '--json']);
  const errors: string[] = [];
  createInterface({ input: child.stderr ?? process.stdin }).on('line', (line) => errors.push(line));
  const [first] = (await Promise.race([
    once(createInterface({ input: child.stdout ?? process.stdin }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${program} serve ended early:\n${errors.join('\n')}`))),
  ])) as [string];
  return {
    url: (JSON.parse(first) as { url: string }).url,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
