import { spawnChild } from '@waybill/test-kit';
import type { SpawnChildOptions, SpawnedChild } from '@waybill/test-kit';

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: SpawnedChild;
}

const MAIN = new URL('../../../src/main.ts', import.meta.url);

/** The whole program on a storage. Resolves when it listens. */
export async function startServerProcess(
  storage: string,
  args: readonly string[] = [],
  options: SpawnChildOptions = {},
): Promise<ServerProcess> {
  const common = [
    'serve',
    '--storage',
    storage,
    '--port',
    '0',
    '--json',
    '--log-level',
    'warn',
    '--min-free-bytes',
    '0',
  ];
  // With the flags of the program's first line, as its users run it.
  const nodeFlags = ['--max-semi-space-size=1', '--v8-pool-size=1'];
  const child = await spawnChild(MAIN, [...common, ...args], { nodeFlags, ...options });
  for await (const line of child.lines) {
    const { url } = JSON.parse(line) as { url: string };
    return { url, child, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  }
  throw new Error(`the server ended: ${(await child.exited).stderr}`);
}
