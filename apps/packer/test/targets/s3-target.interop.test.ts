import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasS3Server, skipWithout, spawnChild, startS3Server, temporaryDirectory } from '@waybill/test-kit';
import type { S3Server } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Target } from '../../src/targets/s3/s3-target.ts';
import { verifyPack } from '../../src/verify/verify-pack.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { noise, pieceEntry, sendAll } from '../support/target-harness.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const MEBIBYTE = 1024 * 1024;
/** Three parts of 8 MiB, the last one shorter. */
const large = noise('large', 20 * MEBIBYTE + 5);

let server: S3Server | undefined;
beforeAll(async () => {
  if (hasS3Server()) server = await startS3Server();
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

function target(found: S3Server, path: string): S3Target {
  const url = `${found.endpoint.replace('http:', 's3+http:')}/${found.bucket}/${path}`;
  return new S3Target({ url, credentials: found.credentials });
}

describe('S3Target', () => {
  it('writes objects of one request and of several parts, and skips all of them the next time', async (test) => {
    if (server === undefined) return skipWithout(test, 'versitygw is not installed');
    const entries = [
      pieceEntry('tex/näme [1].png', noise('small', 100_000)),
      pieceEntry('large.bin', large),
      pieceEntry('empty', Buffer.alloc(0)),
    ];
    const first = await sendAll(target(server, 'show/pack'), entries);
    expect(first.doneBeforeClosing).toBe(3);
    expect(first.sentBytes).toBe(100_000 + large.length + 'info{}'.length);
    const folder = join(server.folder, 'show/pack');
    expect((await readFile(join(folder, 'large.bin'))).equals(large)).toBe(true);
    expect((await readFile(join(folder, 'tex/näme [1].png'))).equals(noise('small', 100_000))).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith('pack-'))).toHaveLength(2);
    const second = await sendAll(target(server, 'show/pack'), entries);
    expect(second.sentBytes).toBe(0);
    expect([...second.done.values()].map(({ how }) => how)).toEqual(Array(5).fill('present'));
    expect(second.done.get('large.bin')?.sha256).toBe(first.done.get('large.bin')?.sha256);
  });

  it('sends a file of the same length again when its content is another', async (test) => {
    if (server === undefined) return skipWithout(test, 'versitygw is not installed');
    await sendAll(target(server, 'changed'), [pieceEntry('a.bin', noise('one', 1000))]);
    const { done, sentBytes } = await sendAll(target(server, 'changed'), [pieceEntry('a.bin', noise('two', 1000))]);
    expect(done.get('a.bin')?.how).toBe('sent');
    expect(sentBytes).toBe(1000);
  });

  it('goes on after an interruption with the parts that are not there, and shows no half object before', async (test) => {
    if (server === undefined) return skipWithout(test, 'versitygw is not installed');
    const controller = new AbortController();
    const onPiece = (at: number): void => {
      if (at > 17 * MEBIBYTE) controller.abort(new Error('enough'));
    };
    const broken = pieceEntry('large.bin', large, { onPiece });
    const entries = [pieceEntry('a.bin', noise('a', 1000)), broken];
    const options = { signal: controller.signal, concurrency: 1 };
    await expect(sendAll(target(server, 'broken'), entries, options)).rejects.toThrow('enough');
    const folder = join(server.folder, 'broken');
    expect(await readdir(folder)).toEqual(['a.bin']);
    const { done, sentBytes } = await sendAll(target(server, 'broken'), [
      entries[0] as typeof broken,
      pieceEntry('large.bin', large),
    ]);
    expect(done.get('a.bin')?.how).toBe('present');
    // At least the first part had arrived; with one part at a time, at most the second was under way.
    expect(sentBytes - 'info{}'.length).toBeLessThanOrEqual(large.length - 8 * MEBIBYTE);
    expect((await readFile(join(folder, 'large.bin'))).equals(large)).toBe(true);
  });

  it('takes a pack from the command line, with credentials from the environment', async (test) => {
    if (server === undefined) return skipWithout(test, 'versitygw is not installed');
    await using directory = await temporaryDirectory();
    await writeProject(directory.path, sampleProject(directory.path));
    const url = `${server.endpoint.replace('http:', 's3+http:')}/${server.bucket}/cli`;
    const { accessKeyId, secretAccessKey } = server.credentials;
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const argv = ['pack', join(directory.path, 'project/shot.blend'), url, '--no-cache', '--json', '--quiet'];
    for (const how of ['sentFiles', 'presentFiles']) {
      await using child = await spawnChild(MAIN, argv, { env });
      const { code, stdout, stderr } = await child.exited;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ status: 'packed', totals: { files: 6, [how]: 6 } });
    }
    const verified = await verifyPack(join(server.folder, 'cli'), { digests: true });
    expect(verified).toMatchObject({ ok: true, totals: { files: 6 } });
  });

  it('says that the bucket is not there', async (test) => {
    if (server === undefined) return skipWithout(test, 'versitygw is not installed');
    const url = `${server.endpoint.replace('http:', 's3+http:')}/no-such-bucket/x`;
    const missing = new S3Target({ url, credentials: server.credentials });
    await expect(sendAll(missing, [])).rejects.toThrow(/bucket/i);
  });
});
