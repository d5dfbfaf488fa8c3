import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildServer {
  /** The first line that it printed. */
  readonly firstLine: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server in a process of its own, so that its work is not counted as the client's. */
export async function startServer(args: readonly string[]): Promise<ChildServer> {
  // As the first line of our programs has it.
  const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'ignore'], env });
  const lines = createInterface({ input: child.stdout });
  const [firstLine] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${args.join(' ')} ended early`))),
  ])) as [string];
  return {
    firstLine,
    pid: child.pid ?? 0,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
