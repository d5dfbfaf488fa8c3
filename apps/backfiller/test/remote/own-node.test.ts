import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '@waybill/http-kit';
import { temporaryDirectory } from '@waybill/test-kit';
import { createHttpRemoteNode } from '../../src/remote/http-remote-node.ts';
import { RemoteContentMissingError } from '../../src/remote/remote-content-missing-error.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { serve } from '../serve/support.ts';
import { segmentName } from '../support/test-names.ts';
import { readAll } from './http-node-fixture.ts';

const HOUR = '2026-06-22T18';
const NEXT_HOUR = '2026-06-22T19';
const large = Buffer.alloc(700_000, 5);
const names = [segmentName(0, 'zero'), segmentName(2, large), segmentName(4, 'four')] as const;
const tombstone = segmentName(6, 'six').replace('.ts', '.tombstone');
const FILES: Record<string, Buffer> = {
  [`demo/source/${HOUR}/${names[0]}`]: Buffer.from('zero'),
  [`demo/source/${HOUR}/${names[1]}`]: large,
  [`demo/source/${NEXT_HOUR}/${names[2]}`]: Buffer.from('four'),
  [`demo/source/${NEXT_HOUR}/${tombstone}`]: Buffer.alloc(0),
};
const EXTRAS: Record<string, Buffer> = { 'emotes/sub dir/ü?.png': Buffer.from('png'), 'emotes/1': Buffer.from('1') };

/** The same content behind a real server of ours and in memory: what the tests of the engine program against. */
const open = async () => {
  const directory = await temporaryDirectory();
  for (const [path, content] of Object.entries({ ...FILES, ...EXTRAS })) {
    await mkdir(dirname(join(directory.path, path)), { recursive: true });
    await writeFile(join(directory.path, path), content);
  }
  const served = await serve(directory.path);
  const client = createHttpClient({ userAgent: 'waybill-test' });
  const trust = { tombstones: true, extras: true, replace: false };
  const node = createHttpRemoteNode({ url: served.url, name: 'ours', trust, client });
  const close = async (): Promise<void> => {
    await client.close();
    await served[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  const memory = createMemoryRemoteNode({ files: FILES, extras: EXTRAS });
  return { node, memory, archive: served.archive, [Symbol.asyncDispose]: close };
};

describe('a node of ours over HTTP', () => {
  it('speaks the protocol and lists what the node in memory lists', async () => {
    await using both = await open();
    const { node, memory } = both;
    expect(await node.protocol()).toBe(await memory.protocol());
    expect(await node.listHours('demo', 'source')).toEqual(await memory.listHours('demo', 'source'));
    for (const hour of [HOUR, NEXT_HOUR, '2026-06-22T20']) {
      expect(await node.listHour('demo', 'source', hour)).toEqual(await memory.listHour('demo', 'source', hour));
    }
    expect(await node.listExtras('emotes')).toEqual(await memory.listExtras('emotes'));
  });

  it('has the digests that the node in memory has', async () => {
    await using both = await open();
    const { node, memory } = both;
    const root = await node.digest(undefined);
    expect(root).toEqual(await memory.digest(undefined));
    expect(await node.qualityDigest('demo', 'source')).toEqual(await memory.qualityDigest('demo', 'source'));
    expect(root).not.toBe('unchanged');
    if (root !== 'unchanged') expect(await node.digest(root.digest)).toBe('unchanged');
  });

  it('gives contents, small and large, and extras with odd names', async () => {
    await using both = await open();
    const { node } = both;
    for (const [path, content] of Object.entries(FILES).filter(([path]) => path.endsWith('.ts'))) {
      const [channel = '', quality = '', hour = '', name = ''] = path.split('/');
      const fetched = await node.fetchSegment({ channel, quality, hour, name });
      expect((await readAll(fetched.body)).equals(content)).toBe(true);
    }
    expect((await readAll((await node.fetchExtra('emotes', 'sub dir/ü?.png')).body)).toString()).toBe('png');
    const absent = { channel: 'demo', quality: 'source', hour: HOUR, name: segmentName(8, 'absent') };
    await expect(node.fetchSegment(absent)).rejects.toThrow(RemoteContentMissingError);
  });

  it('gives batches, with what is missing told', async () => {
    await using both = await open();
    const items: [string, string, number][] = [];
    for await (const { name, status, body } of both.node.fetchBatch('demo', 'source', HOUR, [
      names[1],
      names[2],
      names[0],
    ])) {
      items.push([name, status, (await readAll(body)).length]);
    }
    expect(items).toEqual([
      [names[1], 'ok', large.length],
      [names[2], 'missing', 0],
      [names[0], 'ok', 4],
    ]);
  });

  it('announces what is published', async () => {
    await using both = await open();
    const { node, archive } = both;
    const controller = new AbortController();
    const published: string[] = [];
    // One after the other, because nobody can tell when the stream has opened.
    const publishing = setInterval(() => {
      const text = String(published.length);
      published.push(segmentName(10 + published.length, text));
      void archive.publishSegment(
        { channel: 'demo', quality: 'source', hour: HOUR, name: published.at(-1)! },
        Buffer.from(text),
      );
    }, 20);
    const read = async (): Promise<unknown> => {
      for await (const event of node.events(undefined, { signal: controller.signal }))
        if ('segment' in event) return event.segment;
      return undefined;
    };
    const segment = await read().finally(() => {
      clearInterval(publishing);
    });
    expect(segment).toMatchObject({ channel: 'demo', quality: 'source', hour: HOUR });
    expect(published).toContain((segment as { name: string }).name);
    controller.abort();
  });
});
