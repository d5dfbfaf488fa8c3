import path from 'node:path';
import { type ChildExit, type SpawnChildOptions, spawnChild } from '@waybill/test-kit';
import { ROOT } from '../images/engine.ts';
import { TOKEN } from '../images/farm.ts';

const mainOf = (program: string): string => path.join(ROOT, 'apps', program, 'src/main.ts');

/** A program from its sources; its exit code, and what it said. */
export async function run(program: string, ...args: readonly string[]): Promise<ChildExit> {
  await using child = await spawnChild(mainOf(program), args);
  return await child.exited;
}

/** The whole shaman-server on a storage; where it answers. */
export async function serve(storage: string, args: readonly string[] = [], env: SpawnChildOptions['env'] = {}) {
  const own = ['--storage', storage, '--port', '0', '--json', '--tokens', TOKEN, '--min-free-bytes', '0'];
  const child = await spawnChild(mainOf('shaman-server'), ['serve', ...own, ...args], { env });
  const first = await child.lines[Symbol.asyncIterator]().next();
  return { child, url: (JSON.parse(String(first.value)) as { url: string }).url };
}
