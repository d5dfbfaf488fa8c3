import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { startServerProcess } from '../crash/support/server-process.ts';
import { HttpCaller } from '../support/http-caller.ts';
import { testFile } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';
import { noCalls, sendProject } from './support/farm-client.ts';
import type { FarmCalls } from './support/farm-client.ts';
import { readMetric } from './support/read-metric.ts';

const CLIENTS = 4;
const FILES = 1000;
const MOST_BODIES = 1010;
/** More than the second for which the server has a client wait that could go on with something else. */
const SLOW = { files: 3, pauseMs: 2500 };

interface FarmRun {
  readonly calls: FarmCalls;
  /** By the server's own count. */
  readonly server: { readonly stored: number; readonly receivedBytes: number };
  readonly requests: number;
}

function project(seed: number): TestFile[] {
  const random = seededRandom(seed);
  return Array.from({ length: FILES }, (_file, index) => {
    const content = Buffer.alloc(16 + Math.floor(random() ** 4 * 60_000), `${seed} ${index} `);
    return testFile(`folder${index % 20}/file${index}.png`, content);
  });
}

/** Four clients begin at once, each sending four files at a time, in the order of the definition: as hard as it can be. */
async function runFarm(files: readonly TestFile[], canDefer: boolean): Promise<FarmRun> {
  await using directory = await temporaryDirectory();
  await using server = await startServerProcess(directory.path, ['--no-gc', '--no-scrub']);
  using caller = new HttpCaller(server.url);
  const calls = noCalls();
  const slow = { files: new Set(files.slice(0, SLOW.files)), pauseMs: SLOW.pauseMs };
  const init = { caller, files, canDefer, calls, parallel: 4, slow };
  const paths = await Promise.all(Array.from({ length: CLIENTS }, (_, index) => sendProject(init, `job${index}`)));
  for (const path of paths) expect(wrongFiles(join(directory.path, 'jobs', path), files)).toEqual([]);
  const { body } = await caller.call('/metrics');
  const metrics = body.toString();
  const stored = readMetric(metrics, 'shaman_uploads_total', 'result="stored"');
  const receivedBytes = readMetric(metrics, 'shaman_received_bytes_total');
  const requests = calls.requirements + calls.uploads + calls.checkouts;
  return { calls, server: { stored, receivedBytes }, requests };
}

function wrongFiles(folder: string, files: readonly TestFile[]): string[] {
  const shaOf = ({ path }: TestFile): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
  return files.filter((file) => shaOf(file) !== file.sha).map(({ path }) => path);
}

it.for([
  ['with deferral', true, 1],
  ['without deferral', false, 2],
] as const)(
  'four clients that send the same 1,000 files at once, %s, send each body once',
  async ([name, canDefer, seed]) => {
    const files = project(seed);
    const { calls, server, requests } = await runFarm(files, canDefer);
    console.log(`four clients, 1,000 files, ${name}: ${requests} HTTP calls: ${JSON.stringify(calls)}`);
    expect(calls.bodies).toBeLessThanOrEqual(MOST_BODIES);
    expect(calls.deferred > 0).toBe(canDefer);
    expect(server.stored).toBe(FILES);
    expect(calls.stored).toBe(FILES);
    expect(server.receivedBytes).toBe(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  },
);
