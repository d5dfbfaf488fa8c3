import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, spawnChild, temporaryDirectory } from '@waybill/test-kit';
import { makeChain } from '../images/bench.ts';
import { createCheckout, storeAll, TOKEN } from '../images/farm.ts';
import { serve } from '../operations/programs.ts';
import { ROOT } from './read-dashboards.ts';

const SEGMENTS = 30;

/** Our three services at work, with things that go wrong, so that there is something to see of each. */
export interface BusyPrograms extends AsyncDisposable {
  /** Addresses of their metrics, by program. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
}

export async function startBusyPrograms(): Promise<BusyPrograms> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const targets = {
    backfiller: await startNodes(stack, folder.path),
    'car-exporter': [await startExporter(stack, folder.path)],
    'shaman-server': [await startShaman(stack, folder.path)],
  };
  const kept = stack.move();
  return { targets, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function start(stack: AsyncDisposableStack, program: string, ...args: readonly string[]): Promise<string> {
  const port = await freePort();
  const all = [...args, '--host', '127.0.0.1', '--port', String(port), '--json'];
  const child = stack.use(await spawnChild(path.join(ROOT, 'apps', program, 'src/main.ts'), all));
  await child.lines[Symbol.asyncIterator]().next();
  return `127.0.0.1:${port}`;
}

/** A sound node, one with corrupt segments, and one that has nothing yet and asks both of them and a third one that is not there. */
async function startNodes(stack: AsyncDisposableStack, folder: string): Promise<string[]> {
  const others: string[] = [];
  const startMs = Date.now() - 300_000;
  for (const [name, isCorrupt] of [
    ['north', false],
    ['east', true],
  ] as const) {
    const archive = path.join(folder, name);
    recordSegments(archive, startMs, isCorrupt);
    others.push(await start(stack, 'backfiller', 'serve', '--base-dir', archive));
  }
  const nodes = [...others, `127.0.0.1:${await freePort()}`].map((address) => `http://${address}`).join();
  const often = ['--interval', '1s', '--check-interval', '1s', '--recent-cutoff', '0', '--metrics-port', '0'];
  const run = ['run', 'channel', '--base-dir', path.join(folder, 'south'), '--static-nodes', nodes, ...often];
  return [...others, await start(stack, 'backfiller', ...run)];
}

/** Segments of a second each, but for every seventh; with `isCorrupt` those are there, and not what their names say. */
function recordSegments(archive: string, startMs: number, isCorrupt: boolean): void {
  for (let second = 0; second < SEGMENTS; second += 1) {
    const [hour = '', minutes = ''] = new Date(startMs + second * 1000).toISOString().split(/(?<=T\d\d):|\./);
    const content = Buffer.alloc(2000, `segment ${second}`);
    const hash = createHash('sha256').update(content).digest('base64url');
    const directory = path.join(archive, 'channel/source', hour);
    mkdirSync(directory, { recursive: true });
    const isSeventh = second % 7 === 3;
    if (isSeventh && !isCorrupt) continue;
    if (isSeventh) content[0] = 0;
    writeFileSync(path.join(directory, `${minutes}.0-1.0-full-${hash}.ts`), content);
  }
}

/** Some files, sent twice; a checkout; questions; somebody who may not. */
async function startShaman(stack: AsyncDisposableStack, folder: string): Promise<string> {
  const { child, url } = await serve(path.join(folder, 'shaman'));
  stack.use(child);
  for (let round = 0; round < 2; round += 1) await storeAll(url, 5, () => undefined);
  await createCheckout(url, 'film/shot', 5);
  const body = JSON.stringify({ files: [{ sha: '0'.repeat(64), size: 1, path: 'a.png' }] });
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  await fetch(`${url}/api/v3/shaman/checkout/requirements`, { method: 'POST', headers, body });
  await fetch(`${url}/api/v3/shaman/checkout/requirements`, { method: 'POST', body });
  return new URL(url).host;
}

/** One export that ends well, and one that does not. */
async function startExporter(stack: AsyncDisposableStack, folder: string): Promise<string> {
  const chain = path.join(folder, 'chain.car');
  makeChain(chain);
  const output = path.join(folder, 'exports');
  mkdirSync(output);
  const args = ['serve', '--from', chain, '--output-dir', output, '--min-free-bytes', '0'];
  const address = await start(stack, 'car-exporter', ...args);
  const cid = { '/': 'bafy2bzaceaxm23epjsmh75yvzcecsrbavlmkcxnva66bkdebdcnyw3bjrc74u' };
  for (const tail of [[], [cid]]) {
    const params = [[], tail, { IncludeMessages: true, IncludeReceipts: true, IncludeStateRoots: true }];
    const call = { jsonrpc: '2.0', id: 1, method: 'Filecoin.ChainExportRangeInternal', params };
    const headers = { 'content-type': 'application/json' };
    await fetch(`http://${address}/rpc/v1`, { method: 'POST', headers, body: JSON.stringify(call) });
  }
  return address;
}
