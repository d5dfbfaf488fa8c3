import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { combineDigests, listingDigest, tombstoneName } from '@waybill/segments';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../src/wire/batch-frame.ts';
import { HOUR, makeChat, makeSegment, putFile, putSegment } from '../archive/support.ts';
import { ask, askJson, serve } from './support.ts';

describe('GET /digest', () => {
  it('says in one answer whether anything changed', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path);
    const { headers, body } = await ask(served.url, '/digest');
    const root = JSON.parse(body.toString()) as {
      protocol: number;
      node: string;
      digest: string;
      qualities: Record<string, string>;
    };
    expect(root).toMatchObject({ protocol: 1, node: served.app.instance });
    expect(headers.etag).toBe(`"${root.digest}"`);
    expect(root.digest).toBe(combineDigests(Object.entries(root.qualities)));
    const unchanged = await ask(served.url, '/digest', { headers: { 'if-none-match': `"${root.digest}"` } });
    expect([unchanged.status, unchanged.body.length]).toEqual([304, 0]);
    await putFile(base.path, `demo/source/${HOUR}/${tombstoneName(makeSegment(2).name)}`);
    expect((await ask(served.url, '/digest', { headers: { 'if-none-match': `"${root.digest}"` } })).status).toBe(200);
  });

  it('leads down to the hour that changed, whose digest is that of its listing with tombstones', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await putSegment(base.path, makeSegment(2));
    await using served = await serve(base.path);
    const { qualities } = await askJson<{ qualities: Record<string, string> }>(served.url, '/digest');
    const quality = await askJson<{ digest: string; hours: Record<string, { digest: string; count: number }> }>(
      served.url,
      '/digest/demo/source',
    );
    expect(quality.digest).toBe(qualities['demo/source']);
    const names = await askJson<string[]>(served.url, `/files/demo/source/${HOUR}?tombstones=true`);
    expect(quality.hours).toEqual({ [HOUR]: { digest: listingDigest(names), count: 2 } });
    const { headers } = await ask(served.url, '/digest/demo/source');
    expect(
      (await ask(served.url, '/digest/demo/source', { headers: { 'if-none-match': headers.etag ?? '' } })).status,
    ).toBe(304);
  });

  it('has no hours where there is no such quality', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    expect(await askJson(served.url, '/digest/x/y')).toMatchObject({ hours: {} });
    expect(await askJson(served.url, '/digest')).toMatchObject({ qualities: {} });
  });
});

describe('POST /batch', () => {
  const post = async (url: string, body: unknown) =>
    ask(url, '/batch', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  async function framesOf(body: Buffer) {
    const frames: [string, string, Buffer][] = [];
    for await (const frame of decodeBatch(Readable.from([body]))) {
      const content = frame.body instanceof Uint8Array ? frame.body : Buffer.concat(await Array.fromAsync(frame.body));
      frames.push([frame.name, frame.status, Buffer.from(content)]);
    }
    return frames;
  }

  it('gives small, large, missing and forbidden names in the order in which they were asked for', async () => {
    await using base = await temporaryDirectory();
    const small = makeSegment(0);
    const large = makeSegment(2, { text: 'x'.repeat(700_000) });
    await putSegment(base.path, small);
    await putSegment(base.path, large);
    await putFile(base.path, `demo/source/${HOUR}/notes.txt`, 'secret');
    await putFile(base.path, '.waybill/nodes.sqlite', 'secret');
    await using served = await serve(base.path);
    const names = [
      large.name,
      makeSegment(4).name,
      small.name,
      'notes.txt',
      '../../../.waybill/nodes.sqlite',
      small.name,
    ];
    const { status, headers, body } = await post(served.url, { channel: 'demo', quality: 'source', hour: HOUR, names });
    expect([status, headers['content-type']]).toEqual([200, 'application/vnd.waybill.batch']);
    const frames = await framesOf(body);
    expect(frames.map(([name, frameStatus]) => [name, frameStatus])).toEqual([
      [large.name, 'ok'],
      [makeSegment(4).name, 'missing'],
      [small.name, 'ok'],
      ['notes.txt', 'missing'],
      ['../../../.waybill/nodes.sqlite', 'missing'],
      [small.name, 'ok'],
    ]);
    expect(frames[0]?.[2].equals(large.content)).toBe(true);
    expect(frames[2]?.[2].equals(small.content)).toBe(true);
  });

  it('gives chat, empty segments and an empty batch', async () => {
    await using base = await temporaryDirectory();
    const chat = makeChat(0, [{ time: 1 }]);
    const empty = makeSegment(0, { text: '', type: 'suspect' });
    await putSegment(base.path, chat);
    await putSegment(base.path, empty);
    await using served = await serve(base.path);
    const chatFrames = await framesOf(
      (await post(served.url, { channel: 'demo', quality: 'chat', hour: HOUR, names: [chat.name] })).body,
    );
    expect(chatFrames).toEqual([[chat.name, 'ok', Buffer.from(chat.content)]]);
    const emptyFrames = await framesOf(
      (await post(served.url, { channel: 'demo', quality: 'source', hour: HOUR, names: [empty.name] })).body,
    );
    expect(emptyFrames).toEqual([[empty.name, 'ok', Buffer.alloc(0)]]);
    expect([...(await post(served.url, { channel: 'demo', quality: 'source', hour: HOUR, names: [] })).body]).toEqual([
      0xff,
    ]);
  });

  it('marks what fails to be opened as unreadable, and goes on', async () => {
    await using base = await temporaryDirectory();
    const [bad, good] = [makeSegment(0), makeSegment(2)];
    await putSegment(base.path, good);
    await using served = await serve(base.path);
    const open = served.archive.open.bind(served.archive);
    served.archive.open = async (address) =>
      address.name === bad.name ? Promise.reject(new Error('EIO')) : open(address);
    const { body } = await post(served.url, {
      channel: 'demo',
      quality: 'source',
      hour: HOUR,
      names: [bad.name, good.name],
    });
    expect((await framesOf(body)).map(([, status]) => status)).toEqual(['unreadable', 'ok']);
  });

  it('cuts the connection rather than to end a batch whose content failed halfway', async () => {
    await using base = await temporaryDirectory();
    const large = makeSegment(0, { text: 'x'.repeat(3_000_000) });
    await putSegment(base.path, large);
    await using served = await serve(base.path);
    const open = served.archive.open.bind(served.archive);
    served.archive.open = async (address) => {
      const content = await open(address);
      await writeFile(path.join(base.path, 'demo/source', HOUR, large.name), 'short');
      return content;
    };
    await expect(
      post(served.url, { channel: 'demo', quality: 'source', hour: HOUR, names: [large.name] }),
    ).rejects.toThrow();
  });

  it.each([
    ['more than 1,024 names', { names: Array.from({ length: 1025 }, (_, index) => index.toString()) }],
    ['a channel that leads out', { channel: '..' }],
    ['no hour', { hour: 'x' }],
    ['a name that fits into no frame', { names: ['x'.repeat(256)] }],
    ['names of another type', { names: [1] }],
  ])('refuses %s with 400', async (_what, change) => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const { status, headers } = await post(served.url, {
      channel: 'demo',
      quality: 'source',
      hour: HOUR,
      names: [],
      ...change,
    });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
  });

  it('takes 1,024 names of segments in one request', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const names = Array.from({ length: 1024 }, (_, index) => makeSegment(index).name);
    const { body } = await post(served.url, { channel: 'demo', quality: 'source', hour: HOUR, names });
    expect((await framesOf(body)).length).toBe(1024);
  });
});

describe('GET /coverage', () => {
  interface Coverage {
    start: string;
    end: string;
    coveredMicros: number;
    holes: { start: string; end: string }[];
    segments: number;
    partial: number;
  }

  it('lists holes exactly', async () => {
    await using base = await temporaryDirectory();
    for (const made of [makeSegment(0), makeSegment(2.5), makeSegment(4.5, { type: 'partial', text: 'x' })])
      await putSegment(base.path, made);
    await using served = await serve(base.path);
    const coverage = await askJson<Coverage>(
      served.url,
      '/coverage/demo/source.json?start=2024-03-01T10:00:00&end=2024-03-01T10:00:10',
    );
    expect(coverage).toMatchObject({
      start: '2024-03-01T10:00:00.000000Z',
      end: '2024-03-01T10:00:10.000000Z',
      coveredMicros: 6_000_000,
      holes: [
        { start: '2024-03-01T10:00:02.000000Z', end: '2024-03-01T10:00:02.500000Z' },
        { start: '2024-03-01T10:00:06.500000Z', end: '2024-03-01T10:00:10.000000Z' },
      ],
      ...{ segments: 3, partial: 1 },
    });
  });

  it('takes the hours that are there where no range is given, and is not found without any', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path);
    expect(await askJson(served.url, '/coverage/demo/source.json')).toMatchObject({
      start: '2024-03-01T10:00:00.000000Z',
      end: '2024-03-01T11:00:00.000000Z',
    });
    expect((await ask(served.url, '/coverage/demo/absent.json')).status).toBe(404);
  });

  it('refuses a range that is none, or longer than 62 days', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    for (const range of [
      'start=2024-03-02&end=2024-03-01',
      'start=2024-03-01&end=2024-06-01',
      'start=x&end=2024-06-01',
    ]) {
      expect((await ask(served.url, `/coverage/demo/source.json?${range}`)).status).toBe(400);
    }
  });
});

describe('GET /openapi.json', () => {
  it('describes every route, and nothing that is none', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const document = await askJson<{
      openapi: string;
      paths: Record<string, Record<string, { responses: object; tags?: string[] }>>;
    }>(served.url, '/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries(document.paths).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method} ${url}`),
    );
    expect(described.sort()).toEqual(
      [
        ...[
          'get /files',
          'get /files/{channel}',
          'get /files/{channel}/{quality}',
          'get /files/{channel}/{quality}/{hour}',
        ],
        ...[
          'get /segments/{*}',
          'get /extras/{dir}',
          'get /playlist/{channel}.m3u8',
          'get /playlist/{channel}/{quality}.m3u8',
          'get /{channel}/chat.json',
          'get /cut/{channel}/{quality}.ts',
          'get /frame/{channel}/{quality}.png',
          'get /waveform/{channel}/{quality}.png',
        ],
        ...[
          'get /digest',
          'get /digest/{channel}/{quality}',
          'post /batch',
          'get /events',
          'get /coverage/',
          'get /coverage/{channel}/{quality}.json',
          'get /coverage/{channel}/{quality}.png',
          'get /coverage/{channel}/{quality}/report.json',
          'get /openapi.json',
        ],
      ].sort(),
    );
    for (const methods of Object.values(document.paths)) {
      for (const { responses, tags } of Object.values(methods)) {
        expect(responses).toHaveProperty('200');
        expect(tags).toHaveLength(1);
      }
    }
  });

  it('has a route behind each path that it describes', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await putFile(base.path, 'emotes/a', 'x');
    await using served = await serve(base.path);
    const { paths } = await askJson<{ paths: Record<string, object> }>(served.url, '/openapi.json');
    const values: Record<string, string> = {
      channel: 'demo',
      quality: 'source',
      hour: HOUR,
      dir: 'emotes',
      '*': 'emotes/a',
    };
    // Those that need ffmpeg or a whole range are asked for in test/cut.
    const others = (path: string): boolean => !/^\/(batch|events|cut\/.*|frame\/.*|waveform\/.*)$/.test(path);
    for (const path of Object.keys(paths).filter(others)) {
      const target = path.replace(/\{([^}]+)\}/g, (_match, name: string) => values[name] ?? '');
      expect([target, (await ask(served.url, `${target}?start=2024-03-01T10&end=2024-03-01T11`)).status]).toEqual([
        target,
        200,
      ]);
    }
  });
});

describe('GET /CH/chat.json', () => {
  it('merges what several nodes have seen, sorts it, and reads a batch again that was replaced meanwhile', async () => {
    await using base = await temporaryDirectory();
    const at = 1_709_287_200;
    const a = makeChat(0, [{ time: at + 2, time_range: 0, tags: { id: '1' }, text: 'hi', receivers: { x: 1 } }]);
    const b = makeChat(0, [
      { time: at + 1, time_range: 2, tags: { id: '1' }, text: 'hi', receivers: { y: 2 } },
      { time: at + 1, time_range: 0, text: 'JOIN' },
    ]);
    await putSegment(base.path, a);
    await putSegment(base.path, b);
    await using served = await serve(base.path);
    const open = served.archive.open.bind(served.archive);
    let calls = 0;
    served.archive.open = async (address) => {
      calls += 1;
      if (calls === 1) {
        await rm(path.join(base.path, 'demo/chat', HOUR, a.name));
        await putSegment(
          base.path,
          makeChat(0, [{ time: at + 2, time_range: 0, tags: { id: '1' }, text: 'hi', receivers: { x: 1, z: 3 } }]),
        );
        if (address.name !== a.name) return open(a.address);
      }
      return open(address);
    };
    expect(await askJson(served.url, '/demo/chat.json?start=2024-03-01T10:00:00&end=2024-03-01T10:01:00')).toEqual([
      { time: at + 1, time_range: 0, text: 'JOIN' },
      { time: at + 2, time_range: 0, tags: { id: '1' }, text: 'hi', receivers: { x: 1, y: 2, z: 3 } },
    ]);
  });

  it('passes over lines that are no messages', async () => {
    await using base = await temporaryDirectory();
    await putFile(
      base.path,
      `demo/chat/${HOUR}/${makeChat(0, []).name}`,
      '{"time":1709287201,"time_range":0}\nnot json\n[]\n{"time":"x"}\n',
    );
    await using served = await serve(base.path);
    expect(await askJson(served.url, '/demo/chat.json?start=2024-03-01T10:00:00&end=2024-03-01T10:01:00')).toEqual([
      { time: 1_709_287_201, time_range: 0 },
    ]);
  });
});
