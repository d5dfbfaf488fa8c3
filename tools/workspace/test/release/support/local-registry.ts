import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './run.ts';

export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
  /** Has the tarballs, by package. */
  readonly storage: string;
  /** Lines of an .npmrc that send our scope here, and nothing else. */
  readonly npmrc: string;
}

/** A registry on loopback that knows nothing but what is published to it; it asks no other one. */
export async function startLocalRegistry(folder: string): Promise<LocalRegistry> {
  const storage = path.join(folder, 'storage');
  mkdirSync(storage, { recursive: true });
  const config = path.join(folder, 'verdaccio.json');
  writeFileSync(config, JSON.stringify(configuration(folder, storage)));
  const port = await freePort();
  const program = path.join(ROOT, 'tools/workspace/node_modules/verdaccio/bin/verdaccio');
  const args = [program, '--config', config, '--listen', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}/`;
  await untilItAnswers(`${url}-/ping`);
  return {
    url,
    storage,
    npmrc: `@waybill:registry=${url}\n//127.0.0.1:${port}/:_authToken=none\n`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function configuration(folder: string, storage: string): object {
  return {
    storage,
    auth: { htpasswd: { file: path.join(folder, 'htpasswd'), max_users: -1 } },
    uplinks: {},
    packages: { '@waybill/*': { access: '$all', publish: '$all' } },
    log: { type: 'stdout', format: 'json', level: 'error' },
    max_body_size: '100mb',
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error('the registry did not start within 30 s');
}
