import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** It is written by the daemon, after the command has ended. */
async function readPid(file: string): Promise<number> {
  for (let look = 0; look < 500; look++) {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (pid > 0) return pid;
    await sleep(10);
  }
  throw new Error(`nginx has not written ${file}`);
}

/** An nginx that takes PUTs into a folder; it syncs and verifies nothing. Undefined where nginx is not installed. */
export async function startNginx(folder: string): Promise<{ url: string; stop(): void } | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined;
  const files = path.join(folder, 'files');
  for (const part of ['files', 'temp']) mkdirSync(path.join(folder, part), { recursive: true });
  const port = await freePort();
  const configuration = `
    user root; worker_processes 1; daemon on; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off; client_max_body_size 0; client_body_temp_path ${folder}/temp; keepalive_requests 1000000;
      server { listen 127.0.0.1:${port}; root ${files}; location / { dav_methods PUT; create_full_put_path on; } }
    }`;
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(file, configuration);
  const { status, stderr } = spawnSync('nginx', ['-c', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const pid = await readPid(path.join(folder, 'pid'));
  return { url: `http://127.0.0.1:${port}`, stop: () => process.kill(pid) };
}
