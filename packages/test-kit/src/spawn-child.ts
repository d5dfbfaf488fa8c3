import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SpawnChildOptions {
  /** Added to this process's environment; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Put in front of `node`: a tracer, a limit. The child's pid is then that program's, unless it execs. */
  wrapper?: readonly string[];
  /** More flags for node itself. */
  nodeFlags?: readonly string[];
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Everything that the child said. */
  stdout: string;
  stderr: string;
}

/** A running child. Disposing it kills it with SIGKILL and waits for its end. */
export interface SpawnedChild extends AsyncDisposable {
  readonly pid: number;
  /** The lines of standard output, as they come; to be read once. */
  readonly lines: AsyncIterable<string>;
  /** Resolves when the child has ended and all its output is read. Never rejects on an exit code. */
  readonly exited: Promise<ChildExit>;
  kill(signal?: NodeJS.Signals): boolean;
  /** Writes to standard input; `undefined` closes it. */
  send(text: string | undefined): void;
}

/** Runs a TypeScript file from source in a Node of the same version, with workspace packages from their sources too. */
export async function spawnChild(
  script: string | URL,
  args: readonly string[] = [],
  { env = {}, cwd, wrapper = [], nodeFlags = [] }: SpawnChildOptions = {},
): Promise<SpawnedChild> {
  const file = script instanceof URL || script.startsWith('file:') ? fileURLToPath(script) : script;
  const command = [...wrapper, process.execPath, '--conditions=@waybill/source', ...nodeFlags, file, ...args];
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    env: cleanEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  await once(child, 'spawn');
  return wrapChild(child, child.pid ?? 0);
}

function wrapChild(child: ChildProcess, pid: number): SpawnedChild {
  const output = collectOutput(child);
  const exited = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout: Buffer.concat(output.stdout).toString(),
    stderr: Buffer.concat(output.stderr).toString(),
  }));
  // A child that has been killed no longer reads; that is what tests with kills expect.
  child.stdin?.on('error', () => undefined);
  return {
    pid,
    lines: createLines(child),
    exited,
    kill: (signal = 'SIGKILL') => child.kill(signal),
    send: (text) => {
      if (text === undefined) child.stdin?.end();
      else child.stdin?.write(text);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Lines are queued from the start, so that a reader who comes late misses none. */
async function* readQueue(queue: string[], state: { ended: boolean; wake: () => void }): AsyncGenerator<string> {
  for (;;) {
    const line = queue.shift();
    if (line !== undefined) yield line;
    else if (state.ended) return;
    else await new Promise<void>((resolve) => (state.wake = resolve));
  }
}

function createLines(child: ChildProcess): AsyncIterable<string> {
  const queue: string[] = [];
  const state = { ended: false, wake: (): void => undefined };
  if (child.stdout === null) throw new Error('the child has no standard output');
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    queue.push(line);
    state.wake();
  });
  reader.on('close', () => {
    state.ended = true;
    state.wake();
  });
  return readQueue(queue, state);
}

function collectOutput(child: ChildProcess): { stdout: Buffer[]; stderr: Buffer[] } {
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (data: Buffer) => output.stdout.push(data));
  child.stderr?.on('data', (data: Buffer) => output.stderr.push(data));
  return output;
}

/** Stripping the types of every file anew takes a child 150 ms; with Node's compile cache only the first one pays. */
const compileCache = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));

/** Marks of vitest's own workers: of no use to a child, and some libraries behave as under test when they see them. */
const workerMarks = ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'VITEST', 'VITEST_WORKER_ID', 'VITEST_POOL_ID'];

function cleanEnvironment(changes: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !workerMarks.includes(name));
  const all: NodeJS.ProcessEnv = { NODE_COMPILE_CACHE: compileCache, ...Object.fromEntries(inherited), ...changes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
