import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasS3Server, type S3Server, skipWithout, startS3Server, temporaryDirectory } from '@waybill/test-kit';
import { afterEach, expect, test, vi } from 'vitest';
import { openS3Sink } from '../../src/output/s3-sink.ts';
import { runCli } from '../support/run-cli.ts';
import { writeChain } from '../support/write-chain.ts';

afterEach(() => vi.unstubAllEnvs());

test('an export to S3 is the same as one to a file, and not replaced unless asked for', async (context) => {
  if (!hasS3Server()) skipWithout(context, 'versitygw is not here');
  await using server = await startS3Server();
  useCredentials(server);
  await using folder = await temporaryDirectory();
  const source = path.join(folder.path, 'chain.car');
  await writeChain(source);
  const target = `s3://${server.bucket}/snapshots/range.car?endpoint=${server.endpoint}`;
  const range = ['export-range', '--from', source, '--messages', '--stateroots'];
  const run = await runCli([...range, '-o', target]);
  expect(run.code, run.stderr).toBe(0);
  await runCli([...range, '-o', path.join(folder.path, 'range.car')]);
  const there = path.join(server.folder, 'snapshots/range.car');
  expect(await readFile(there)).toEqual(await readFile(path.join(folder.path, 'range.car')));
  const sidecar = await readFile(`${there}.sha256sum`, 'utf8');
  expect(sidecar).toBe(await readFile(path.join(folder.path, 'range.car.sha256sum'), 'utf8'));
  const again = await runCli([...range, '-o', target, '--json']);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('exists');
  expect((await runCli([...range, '-o', target, '--force'])).code).toBe(0);
});

test('an object of several parts is whole, and one that is broken off is not there', async (context) => {
  if (!hasS3Server()) skipWithout(context, 'versitygw is not here');
  await using server = await startS3Server();
  useCredentials(server);
  const urlOf = (name: string): string => `s3://${server.bucket}/${name}?endpoint=${server.endpoint}`;
  const whole = await openS3Sink(urlOf('whole.car'), { force: false, checksum: true });
  const piece = Buffer.alloc(1024 * 1024, 'abcdefg');
  const hash = createHash('sha256');
  for (let count = 0; count < 70; count += 1) {
    piece.writeUInt32BE(count);
    hash.update(piece);
    await whole.write(piece);
  }
  const { sizeBytes, sha256 } = await whole.finish();
  await whole[Symbol.asyncDispose]();
  const bytes = await readFile(path.join(server.folder, 'whole.car'));
  expect(bytes).toHaveLength(sizeBytes);
  expect(hash.digest('hex')).toBe(sha256);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);

  for (const pieces of [1, 70]) {
    const broken = await openS3Sink(urlOf('broken.car'), { force: false, checksum: true });
    for (let count = 0; count < pieces; count += 1) await broken.write(piece);
    await broken[Symbol.asyncDispose]();
    expect(existsSync(path.join(server.folder, 'broken.car'))).toBe(false);
  }
  await expect(openS3Sink(urlOf(''), { force: false, checksum: true })).rejects.toMatchObject({
    code: 'ERR_STORE_LOCATION_INVALID',
  });
});

function useCredentials({ credentials }: S3Server): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
}
