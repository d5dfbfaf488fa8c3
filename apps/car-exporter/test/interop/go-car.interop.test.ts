import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { CarReader } from '@ipld/car';
import { runProgram, skipWithout, temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { writeChain } from '../support/write-chain.ts';

/** Made of test/interop/go-car by .ci/run: go-car's library behind a command. */
const CHECK = 'waybill-go-car-check';
const PARTS = ['--messages', '--receipts', '--stateroots'];

interface GoCarReport {
  readonly version: number;
  readonly roots: readonly string[];
  readonly rootsPresent: boolean;
  readonly blocks: number;
  readonly byIndex: number;
  readonly indexCodec: string;
}

let place: TemporaryDirectory;
let source = '';
let head: string[] = [];

beforeAll(async () => {
  place = await temporaryDirectory();
  source = path.join(place.path, 'chain.car');
  const chain = await writeChain(source, { seed: 77, epochs: 40 });
  head = chain.summary().headCids.map((cid) => CID.decode(cid).toString());
});

afterAll(async () => await place[Symbol.asyncDispose]());

/** go-car and `@ipld/car` know no zstd: what it holds is theirs to judge. */
async function unpacked(file: string): Promise<string> {
  if (!file.endsWith('.zst')) return file;
  const target = `${file}.unpacked`;
  await writeFile(target, zstdDecompressSync(await readFile(file)));
  return target;
}

test.for([
  ['plain.car', []],
  ['workers.car', ['--workers', '2']],
  ['indexed.car', ['--format', 'carv2']],
  ['small.car.zst', []],
  ['archive.forest.car.zst', []],
  ['metadata.car', ['--snapshot-version', '2']],
  ['metadata2.car', ['--snapshot-version', '2', '--format', 'carv2']],
] as const)('go-car accepts %s: hashes, roots, and every block by its CID', async ([name, flags], context) => {
  const file = path.join(place.path, name);
  const run = await runCli(['export-range', '--from', source, ...PARTS, '-o', file, ...flags]);
  expect(run.code, run.stderr).toBe(0);
  const checked = await runProgram(CHECK, [await unpacked(file)]);
  if (checked === undefined) return skipWithout(context, `${CHECK} (go-car) is not here`);
  expect(checked.code, checked.stderr).toBe(0);
  const report = JSON.parse(checked.stdout) as GoCarReport;
  const isV2 = flags.includes('carv2' as never);
  expect(report).toMatchObject({ version: isV2 ? 2 : 1, rootsPresent: true, byIndex: report.blocks });
  expect(report.indexCodec).toBe(isV2 ? 'car-multihash-index-sorted' : '');
  if (!name.startsWith('metadata')) expect(report.roots).toEqual(head);
  else expect(report.roots).toHaveLength(1);
});

test.for(['plain2.car', 'small2.car.zst', 'archive2.forest.car.zst'])('@ipld/car reads %s', async (name) => {
  const file = path.join(place.path, name);
  const run = await runCli(['export', '--from', source, '-o', file, '--json']);
  expect(run.code, run.stderr).toBe(0);
  const reader = await CarReader.fromBytes(await readFile(await unpacked(file)));
  expect((await reader.getRoots()).map(String)).toEqual(head);
  for (const root of head) expect(await reader.has(CID.parse(root))).toBe(true);
});
