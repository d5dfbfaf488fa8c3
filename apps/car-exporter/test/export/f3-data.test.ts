import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readF3Data } from '../../src/export/f3-data.ts';
import { readReferenceCar } from '../support/reference-store.ts';
import { resultOf, runCli } from '../support/run-cli.ts';
import { writeChain } from '../support/write-chain.ts';

let place: TemporaryDirectory;
let source = '';
const inPlace = (name: string): string => path.join(place.path, name);

/** `varint length | bytes`, a hundred thousand bytes each: two varint bytes and more than one piece in all. */
function f3Snapshot(frames: number, frameBytes = 100_000): Buffer {
  const head = Buffer.of((frameBytes & 0x7f) | 0x80, ((frameBytes >> 7) & 0x7f) | 0x80, frameBytes >> 14);
  return Buffer.concat(Array.from({ length: frames }, (_, at) => [head, Buffer.alloc(frameBytes, at)]).flat());
}

async function f3File(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(inPlace(name), bytes);
  return inPlace(name);
}

beforeAll(async () => {
  place = await temporaryDirectory();
  source = inPlace('chain.car');
  await writeChain(source);
});

afterAll(async () => await place[Symbol.asyncDispose]());

describe('F3 data', () => {
  // 95 frames are more than the 8 MiB that other sections may have.
  test.for([
    ['f3.car', 95],
    ['f3.car.zst', 15],
    ['f3.forest.car.zst', 15],
  ] as const)('is the second block of %s, named by the metadata, and is read again', async ([name, frames]) => {
    const bytes = f3Snapshot(frames);
    const f3 = await f3File(`${name}.f3`, bytes);
    const target = inPlace(name);
    const flags = ['--messages', '--snapshot-version', '2', '--f3', f3];
    const run = await runCli(['export-range', '--from', source, ...flags, '-o', target]);
    expect(run.code, run.stderr).toBe(0);
    const inspected = resultOf(await runCli(['inspect', '--from', target, '--json']));
    const { cid } = await readF3Data(f3);
    expect(inspected).toMatchObject({ f3Data: { cid: CID.decode(cid).toString(), sizeBytes: bytes.length } });
    const verified = await runCli(['verify', '--from', target, '--json']);
    expect(verified.code, verified.stdout).toBe(0);
    const again = await runCli(['export-range', '--from', target, '--messages', '-o', inPlace(`${name}.again.car`)]);
    expect(again.code, again.stderr).toBe(0);
    if (name !== 'f3.car') return;
    expect(verified.stdout).toContain('go-car refuses');
    const { blocks } = await readReferenceCar(await readFile(target));
    expect(Buffer.compare(blocks[1]?.bytes ?? new Uint8Array(0), bytes)).toBe(0);
  });

  test.for([
    ['is cut off', f3Snapshot(3).subarray(0, -1), 'cut off'],
    ['has a length without an end', Buffer.alloc(100, 0xff), 'cut off'],
    ['is a header alone', f3Snapshot(1), 'no F3 snapshot'],
    ['is empty', Buffer.alloc(0), 'no F3 snapshot'],
  ] as const)('that %s is refused, and nothing is written', async ([name, bytes, problem]) => {
    const f3 = await f3File(name, bytes);
    const target = inPlace(`refused ${name}.car`);
    const flags = ['--snapshot-version', '2', '--f3', f3, '-o', target, '--json'];
    const run = await runCli(['export', '--from', source, ...flags]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('ERR_F3_DATA_INVALID');
    expect(run.stderr).toContain(problem);
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });

  test('needs a snapshot v2', async () => {
    const run = await runCli(['export', '--from', source, '--f3', source, '-o', inPlace('v1.car')]);
    expect(run.code).toBe(2);
  });

  test('that a flipped bit has changed is found by verify', async () => {
    const f3 = await f3File('good.f3', f3Snapshot(3));
    const target = inPlace('flipped.car');
    await runCli(['export-range', '--from', source, '--snapshot-version', '2', '--f3', f3, '-o', target]);
    const bytes = await readFile(target);
    bytes[50_000]! ^= 1;
    await writeFile(target, bytes);
    const verified = await runCli(['verify', '--from', target, '--json']);
    expect(verified.code).toBe(3);
    expect(resultOf(verified)).toMatchObject({ findings: [{ kind: 'corrupt' }] });
  });
});
