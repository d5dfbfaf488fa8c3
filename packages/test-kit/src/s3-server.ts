import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { waitFor } from './wait-for.ts';

export interface S3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Objects are files in here, under their names. */
  readonly folder: string;
}

/** Whether the S3-compatible server (versitygw, from the Go module proxy) is on this machine. */
export function hasS3Server(): boolean {
  return spawnSync('versitygw', ['--version']).status === 0;
}

/** Starts a real S3-compatible server with one empty bucket, on loopback, in a folder that goes with it. */
export async function startS3Server(): Promise<S3Server> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const bucket = 'blobs';
  await mkdir(path.join(folder.path, bucket));
  const port = await freePort();
  const credentials = { accessKeyId: 'waybill', secretAccessKey: 'waybill-secret' };
  const child = spawn('versitygw', ['--quiet', '--keep-alive', '--port', `127.0.0.1:${port}`, 'posix', folder.path], {
    stdio: 'ignore',
    env: { ...process.env, ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
  });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill();
    await ended;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await waitFor(
    () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      ),
    { timeoutMs: 10_000 },
  );
  const kept = stack.move();
  return {
    endpoint,
    bucket,
    credentials,
    folder: path.join(folder.path, bucket),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
