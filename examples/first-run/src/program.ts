import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The built programs, as a user of the packages runs them. */
const APPS = path.resolve(import.meta.dirname, '../../../apps');

function start(program: string, args: readonly string[], stderr: 'pipe' | 'inherit' = 'pipe'): ChildProcess {
  return spawn(process.execPath, [path.join(APPS, program, 'dist/main.js'), ...args], {
    stdio: ['ignore', 'pipe', stderr],
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export interface CommandResult {
  readonly code: number;
  readonly result: unknown;
}

/** Runs a command with `--json` and returns its exit code and its result. */
export async function runCommand(program: string, args: readonly string[]): Promise<CommandResult> {
  const { code, stdout, stderr } = await run(program, [...args, '--json']);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (last === '') throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return { code, result: JSON.parse(last) };
}

export interface CommandText {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command and returns what it says to people. */
export async function run(program: string, args: readonly string[]): Promise<CommandText> {
  const child = start(program, args);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  return { code: code ?? 1, stdout, stderr };
}

/** Runs a command that shows its own progress on the terminal of this one. Returns its exit code, and what it says. */
export async function runShown(program: string, args: readonly string[]): Promise<CommandText> {
  const child = start(program, args, 'inherit');
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [stdout, [code]] = await Promise.all([textOf(child.stdout), ended]);
  return { code: code ?? 1, stdout, stderr: '' };
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
