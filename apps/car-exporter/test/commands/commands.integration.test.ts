import { readdirSync, statSync } from 'node:fs';
import { copyFile, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startFakeNode } from '@waybill/block-store-rpc/testing';
import { CarWriter } from '@waybill/car';
import type { SyntheticChain } from '@waybill/car/testing';
import { temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySink } from '../support/export-chain.ts';
import { readReferenceCar, referenceStore } from '../support/reference-store.ts';
import { resultOf, runCli } from '../support/run-cli.ts';
import { writeChain } from '../support/write-chain.ts';

const PARTS = ['--messages', '--receipts', '--stateroots'];

let place: TemporaryDirectory;
let chain: SyntheticChain;
let source = '';
/** What the other ways to export are compared with. */
let whole = '';

const inPlace = (name: string): string => path.join(place.path, name);

beforeAll(async () => {
  place = await temporaryDirectory();
  source = inPlace('chain.car');
  chain = await writeChain(source);
  whole = inPlace('whole.car');
  const run = await runCli(['export-range', '--from', source, ...PARTS, '-o', whole]);
  expect(run.code, run.stderr).toBe(0);
});

afterAll(async () => await place[Symbol.asyncDispose]());

async function cidsOf(file: string): Promise<string[]> {
  const { blocks } = await readReferenceCar(await readFile(file));
  return blocks.map(({ cid }) => cid.toString()).toSorted();
}

describe('import', () => {
  test('fills an LMDB store from which the same blocks are exported', async () => {
    const store = inPlace('lmdb');
    const imported = await runCli(['import', '--from', source, '--to', store, '--json']);
    expect(imported.code, imported.stderr).toBe(0);
    const { stored, head } = resultOf(imported) as { stored: number; head: string[] };
    expect(stored).toBeGreaterThan(1000);
    expect(head).toEqual(chain.summary().headCids.map((cid) => CID.decode(cid).toString()));
    const target = inPlace('from-lmdb.car');
    const run = await runCli(['export-range', '--from', `lmdb:${store}`, ...PARTS, '--verify', '-o', target]);
    expect(run.code, run.stderr).toBe(0);
    expect(await cidsOf(target)).toEqual(await cidsOf(whole));
    const again = await runCli(['import', '--from', source, '--to', store, '--json']);
    expect((resultOf(again) as { stored: number }).stored).toBe(0);
  });

  test('refuses a block whose content is not what its CID names', async () => {
    const broken = inPlace('broken.car');
    const bytes = await readFile(source);
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(broken, bytes);
    const run = await runCli(['import', '--from', broken, '--to', inPlace('lmdb-broken'), '--json']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('ERR_BLOCK_DIGEST_MISMATCH');
  });
});

test('says that it indexes a file where it does so, and not where the index is there', async () => {
  const file = inPlace('not-indexed.car');
  await copyFile(source, file);
  const first = await runCli(['tipset', '@head', '--from', file]);
  expect(first.stderr).toContain('indexed');
  const second = await runCli(['tipset', '@head', '--from', file]);
  expect([second.code, second.stdout, second.stderr]).toEqual([0, first.stdout, '']);
});

test('a node is a source, with heights that it looks up itself', async () => {
  const blocks = referenceStore(chain.blocks());
  const tipsets = chain
    .summary()
    .tipsets.map(({ height, cids }) => ({ height, cids: cids.map((cid) => CID.decode(cid).toString()) }));
  await using node = await startFakeNode({ blocks, tipsets });
  const target = inPlace('from-node.car');
  const run = await runCli(['export-range', '--from', node.url, '--tail', '@10', ...PARTS, '-o', target]);
  expect(run.code, run.stderr).toBe(0);
  const files = inPlace('from-files.car');
  await runCli(['export-range', '--from', source, '--tail', '@10', ...PARTS, '-o', files]);
  expect(await cidsOf(target)).toEqual(await cidsOf(files));
  for (const [cid, count] of node.reads) expect(count, cid).toBeLessThanOrEqual(3);
});

test('a flatfs folder is told from a CAR file, and one that is not there is an error', async () => {
  const run = await runCli(['export-range', '--from', 'flatfs:/nowhere', '-o', inPlace('none.car'), '--json']);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('ERR_FLATFS_STORE_MISSING');
});

describe('an export', () => {
  test.for([
    ['out.car.zst', []],
    ['out.forest.car.zst', []],
    ['out2.car', ['--format', 'carv2']],
    ['v2.car', ['--snapshot-version', '2']],
    ['v2.forest.car.zst', ['--snapshot-version', '2', '--level', '1']],
  ] as const)('to %s has the same blocks and passes verify', async ([name, flags]) => {
    const target = inPlace(name);
    const run = await runCli(['export-range', '--from', source, ...PARTS, '-o', target, ...flags]);
    expect(run.code, run.stderr).toBe(0);
    expect(readdirSync(place.path).filter((file) => file.endsWith('.temp'))).toEqual([]);
    const verified = await runCli(['verify', '--from', target, '--epochs', '30', '--json']);
    expect(verified.code, verified.stdout).toBe(0);
    expect((resultOf(verified) as { snapshotVersion: number }).snapshotVersion).toBe(name.startsWith('v2') ? 2 : 1);
    const diff = await runCli(['diff', whole, target, '--json']);
    const { onlyInFirst, onlyInSecond } = resultOf(diff) as Record<string, { blocks: number }>;
    expect(onlyInFirst?.blocks).toBe(0);
    expect(onlyInSecond?.blocks).toBe(name.startsWith('v2') ? 1 : 0);
    const again = await runCli(['export-range', '--from', target, ...PARTS, '-o', inPlace(`again-${name}.car`)]);
    expect(again.code, again.stderr).toBe(0);
    expect(await cidsOf(inPlace(`again-${name}.car`))).toEqual(await cidsOf(whole));
  });

  test('to standard output cannot be a CARv2', async () => {
    const run = await runCli(['export-range', '--from', source, '--format', 'carv2', '-o', '-']);
    expect(run.code).toBe(2);
  });

  test('with a difference leaves out what the other has', async () => {
    const flags = ['--depth', '30', '--diff', '@20'];
    const run = await runCli(['export', '--from', source, ...flags, '-o', inPlace('diff.car'), '--json']);
    expect(run.code, run.stderr).toBe(0);
    // As deep as it is high: back to the genesis, without its messages.
    const depth = String(Math.max(...chain.summary().tipsets.map(({ height }) => (height > 20 ? 0 : height))));
    const older = ['--tipset', '@20', '--depth', depth];
    const base = await runCli(['export', '--from', source, ...older, '-o', inPlace('base.car')]);
    expect(base.code, base.stderr).toBe(0);
    const all = await runCli(['export', '--from', source, '--depth', '30', '-o', inPlace('all.car')]);
    expect(all.code, all.stderr).toBe(0);
    const parts = [...(await cidsOf(inPlace('diff.car'))), ...(await cidsOf(inPlace('base.car')))];
    expect(parts.toSorted()).toEqual(await cidsOf(inPlace('all.car')));
  });
});

describe('verify', () => {
  test('names a corrupt block, a duplicate and what is missing, and ends with 3', async () => {
    const sink = memorySink();
    const writer = new CarWriter(sink, { roots: chain.summary().headCids });
    const { blocks } = await readReferenceCar(await readFile(whole));
    for (const [at, { cid, bytes }] of blocks.entries()) {
      const data = Uint8Array.from(bytes);
      if (at === blocks.length - 1) data[0]! ^= 0xff;
      writer.pushBlock(cid.bytes, data);
      if (at === 5) writer.pushBlock(cid.bytes, data);
    }
    await writer.end();
    await writeFile(inPlace('bad.car'), sink.bytes());
    const run = await runCli(['verify', '--from', inPlace('bad.car'), '--json']);
    expect(run.code).toBe(3);
    const { findings } = resultOf(run) as { findings: { kind: string }[] };
    expect(findings.map(({ kind }) => kind).toSorted()).toEqual(['corrupt', 'duplicate']);
  });

  test('finds a parent that stands before its child, which importers do not see', async () => {
    const sink = memorySink();
    const writer = new CarWriter(sink, { roots: chain.summary().headCids });
    const { blocks } = await readReferenceCar(await readFile(whole));
    for (const { cid, bytes } of blocks.toReversed()) writer.pushBlock(cid.bytes, bytes);
    await writer.end();
    await writeFile(inPlace('reversed.car'), sink.bytes());
    const run = await runCli(['verify', '--from', inPlace('reversed.car'), '--json']);
    expect(run.code).toBe(3);
    expect((resultOf(run) as { findings: { kind: string }[] }).findings.map(({ kind }) => kind)).toEqual(['order']);
  });

  test('says which block is missing', async () => {
    const sink = memorySink();
    const writer = new CarWriter(sink, { roots: chain.summary().headCids });
    const { blocks } = await readReferenceCar(await readFile(whole));
    const victim = CID.decode(chain.summary().tipsets[20]!.stateRoot).toString();
    for (const { cid, bytes } of blocks) if (cid.toString() !== victim) writer.pushBlock(cid.bytes, bytes);
    await writer.end();
    await writeFile(inPlace('hole.car'), sink.bytes());
    const run = await runCli(['verify', '--from', inPlace('hole.car'), '--epochs', '30', '--json']);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(victim);
    expect((await runCli(['verify', '--from', inPlace('hole.car')])).code).toBe(0);
  });
});

test('diff of different files ends with 3 and lists what one lacks', async () => {
  const run = await runCli(['diff', source, whole, '--list']);
  expect(run.code).toBe(3);
  const lines = run.stdout.split('\n').filter((line) => line.startsWith('<'));
  const only = new Set(await cidsOf(source)).difference(new Set(await cidsOf(whole)));
  expect(lines.map((line) => line.slice(2)).toSorted()).toEqual([...only].toSorted());
  expect((await runCli(['diff', whole, whole])).code).toBe(0);
});

test.for([
  ['without a file', ['--resume'], /-o FILE/],
  ['into a folder', ['--resume', '-o', '.'], /-o FILE/],
  ['to standard output', ['--resume', '-o', '-'], /-o FILE/],
  ['as zstd', ['--resume', '-o', 'out.car.zst'], /zstd cannot be gone on with/],
  ['as forest', ['--resume', '-o', 'out', '--format', 'forest'], /forest cannot be gone on with/],
] as const)('an export %s cannot be resumed, and says why', async ([, flags, reason]) => {
  const run = await runCli(['export-range', '--from', source, ...flags]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(reason);
});

test('with --resume a whole export says that nothing was kept, and leaves only itself', async () => {
  const target = inPlace('resumed.car');
  const run = await runCli(['export-range', '--from', source, ...PARTS, '-o', target, '--resume', '--json']);
  expect(run.code, run.stderr).toBe(0);
  expect(resultOf(run)).toMatchObject({ path: target, keptBytes: 0 });
  expect((await readFile(target)).equals(await readFile(whole))).toBe(true);
  expect(readdirSync(place.path).filter((name) => name.includes('partial'))).toEqual([]);
});

test('a truncated source is an error with the byte where it breaks off', async () => {
  const short = inPlace('short.car');
  await writeFile(short, await readFile(source));
  const handle = await open(short, 'r+');
  await handle.truncate(statSync(source).size - 3);
  await handle.close();
  const run = await runCli(['inspect', '--from', short, '--json']);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('ERR_CAR_TRUNCATED');
});
