import { type ChildServer, startServer } from './child-server.ts';
import { SHAMAN_SERVER } from './paths.ts';

export interface ShamanUnderTest extends ChildServer {
  readonly url: string;
}

/** Starts the built program on a storage folder, without authentication, on loopback. */
export async function startShaman(storage: string, ...flags: string[]): Promise<ShamanUnderTest> {
  const listening = ['--host', '127.0.0.1', '--port', '0', '--json', '--quiet', '--log-level', 'error'];
  const server = await startServer([...SHAMAN_SERVER, 'serve', '--storage', storage, ...listening, ...flags]);
  return { ...server, url: (JSON.parse(server.firstLine) as { url: string }).url };
}
