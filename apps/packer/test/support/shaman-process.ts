import { type SpawnedChild, spawnChild } from '@waybill/test-kit';

const SERVER = new URL('../../../shaman-server/src/main.ts', import.meta.url);

export interface ShamanProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly child: SpawnedChild;
}

/** Our own server, as a program of its own: apps do not depend on each other. */
export async function startShaman(storage: string): Promise<ShamanProcess> {
  const args = [
    'serve',
    '--storage',
    storage,
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--json',
    '--quiet',
    '--log-level',
    'error',
  ];
  const child = await spawnChild(SERVER, args);
  for await (const line of child.lines) {
    const { url } = JSON.parse(line) as { url: string };
    return { url, child, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  }
  throw new Error(`the server said nothing: ${(await child.exited).stderr}`);
}
