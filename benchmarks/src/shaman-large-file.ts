import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { openBenchFolder } from './bench-folder.ts';
import { startNginx } from './nginx-put.ts';
import { cpuSecondsOf, peakMemoryOf } from './process-figures.ts';
import type { ResultTable } from './result-table.ts';
import { startShaman } from './shaman-program.ts';
import { formatSpread, median } from './statistics.ts';

const CHUNK_BYTES = 1024 * 1024;

function* content(sizeBytes: number, run: number): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES, createHash('sha256').update(`large ${run}`).digest());
  for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) {
    chunk.writeDoubleBE(at, 0);
    yield Buffer.from(chunk);
  }
}

function hashed(sizeBytes: number, run: number): { sha: string; seconds: number } {
  const hash = createHash('sha256');
  const started = performance.now();
  for (const chunk of content(sizeBytes, run)) hash.update(chunk);
  return { sha: hash.digest('hex'), seconds: (performance.now() - started) / 1000 };
}

/** What the disk can do: no upload that is acknowledged when it is durable is quicker. */
function written(sizeBytes: number, run: number, file: string): number {
  const started = performance.now();
  const handle = openSync(file, 'wx');
  for (const chunk of content(sizeBytes, run)) writeSync(handle, chunk);
  fsyncSync(handle);
  closeSync(handle);
  const seconds = (performance.now() - started) / 1000;
  unlinkSync(file);
  return seconds;
}

async function upload(target: string, method: 'POST' | 'PUT', sizeBytes: number, run: number): Promise<number> {
  const started = performance.now();
  const sent = request(target, {
    method,
    headers: { 'content-type': 'application/octet-stream', 'content-length': sizeBytes },
  });
  const answered = once(sent, 'response') as Promise<[{ statusCode?: number; resume(): void }]>;
  for (const chunk of content(sizeBytes, run)) if (!sent.write(chunk)) await once(sent, 'drain');
  sent.end();
  const [{ statusCode = 0 }] = await answered;
  if (statusCode < 200 || statusCode > 204) throw new Error(`the upload was answered ${statusCode}`);
  return (performance.now() - started) / 1000;
}

/** One large upload beside hashing alone. */
export async function shamanLargeFile({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const sizeBytes = Math.max(1, Math.round(2000 * scale)) * CHUNK_BYTES;
  using folder = openBenchFolder();
  const server = await startShaman(path.join(folder.path, 'storage'));
  const nginx = await startNginx(path.join(folder.path, 'nginx'));
  const [hashing, writing, uploading, putting]: [number[], number[], number[], number[]] = [[], [], [], []];
  const processor = { server: [] as number[], client: [] as number[] };
  try {
    for (let run = 0; run < Math.min(runs, 3); run++) {
      const { sha, seconds } = hashed(sizeBytes, run);
      hashing.push(sizeBytes / 1e6 / seconds);
      writing.push(sizeBytes / 1e6 / written(sizeBytes, run, path.join(folder.path, 'floor')));
      const target = `${server.url}/api/v3/shaman/files/${sha}/${sizeBytes}`;
      const [serverBefore, clientBefore] = [cpuSecondsOf(server.pid), cpuSecondsOf(process.pid)];
      uploading.push(sizeBytes / 1e6 / (await upload(target, 'POST', sizeBytes, run)));
      processor.server.push(cpuSecondsOf(server.pid) - serverBefore);
      processor.client.push(cpuSecondsOf(process.pid) - clientBefore);
      if (nginx !== undefined)
        putting.push(sizeBytes / 1e6 / (await upload(`${nginx.url}/${sha}`, 'PUT', sizeBytes, run)));
    }
    const ratio = median(uploading) / median(hashing);
    const memoryBytes = peakMemoryOf(server.pid);
    const rows = [
      { name: 'making and hashing the content, one thread', figure: formatSpread(hashing, 'MB/s', 0) },
      { name: 'making, writing and syncing it, one thread', figure: formatSpread(writing, 'MB/s', 0) },
      {
        name: 'nginx PUT: no verifying, no fsync',
        figure: nginx === undefined ? 'nginx is not installed' : formatSpread(putting, 'MB/s', 0),
      },
      {
        name: 'upload, verified and durable',
        figure: formatSpread(uploading, 'MB/s', 0),
        against: `${(ratio * 100).toFixed(0)} % of hashing`,
        goal: 'at least 80 % of SHA-256',
        met: ratio >= 0.8,
      },
      {
        name: 'its processor time: server, with hashing and writing',
        figure: formatSpread(processor.server, 's', 2),
        against: `client ${median(processor.client).toFixed(2)} s`,
      },
      {
        name: 'peak memory of the server',
        figure: `${(memoryBytes / 1e6).toFixed(0)} MB`,
        goal: 'at most 120 MB',
        met: memoryBytes <= 120e6,
      },
    ];
    return [{ title: `One upload of ${(sizeBytes / 1e9).toFixed(1)} GB`, note: `${hashing.length} runs.`, rows }];
  } finally {
    nginx?.stop();
    await server.stop();
  }
}
