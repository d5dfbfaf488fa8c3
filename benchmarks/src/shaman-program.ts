import { type ChildServer, startServer } from './child-server.ts';
import { readFileSync } from 'node:fs';
import { SHAMAN_SERVER } from './paths.ts';

export interface ShamanUnderTest extends ChildServer {
  readonly url: string;
}

/** The flags of the program's first line, with which its users run it. */
function nodeFlags(main: string): string[] {
  const [firstLine = ''] = readFileSync(main, 'utf8').split('\n', 1);
  return firstLine.split(/\s+/).filter((part) => part.startsWith('--'));
}

/** Starts the built program on a storage folder, without authentication, on loopback. */
export async function startShaman(storage: string, ...flags: string[]): Promise<ShamanUnderTest> {
  const main = SHAMAN_SERVER;
  const listening = ['--host', '127.0.0.1', '--port', '0', '--json', '--quiet', '--log-level', 'error'];
  const server = await startServer([...nodeFlags(main), main, 'serve', '--storage', storage, ...listening, ...flags]);
  return { ...server, url: (JSON.parse(server.firstLine) as { url: string }).url };
}
