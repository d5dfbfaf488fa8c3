import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RemoteContentMissingError } from '../../src/remote/remote-content-missing-error.ts';
import type { RawRequest } from '../support/raw-http-server.ts';
import { openHttpNode, readAll } from './http-node-fixture.ts';

interface Recording {
  readonly request: { readonly target: string };
  readonly response: { status: number; reason: string; headers: [string, string][]; body: string };
}

const CASES = [
  'files-quality',
  'files-quality-badhour',
  'files-absent-hour',
  'files-hour-tombstones-true',
  'files-chat-hour',
  'files-name-unicode',
  'extras',
  'extras-nested',
  'extras-absent',
  'segment',
  'segment-chat',
  'segment-404',
  'segment-zero-bytes',
  'segment-extra-space',
];

const load = (name: string): Recording =>
  JSON.parse(readFileSync(new URL(`fixtures/wubloader/${name}.json`, import.meta.url), 'utf8')) as Recording;

const unknownPath = load('unknown-path');
const byTarget = new Map(CASES.map((name) => [decodeURIComponent(load(name).request.target), load(name)]));

const send = (socket: Socket, { status, reason, headers }: Recording['response'], body: Uint8Array): void => {
  const lines = headers.map(([name, value]) => `${name}: ${name === 'Content-Length' ? body.length : value}\r\n`);
  socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`), body]));
};

/** The recorded node; `prefix` is cut off as nginx would. */
const replay =
  (prefix = '') =>
  (request: RawRequest, socket: Socket): void => {
    const recording = byTarget.get(decodeURIComponent(request.target.slice(prefix.length))) ?? unknownPath;
    send(socket, recording.response, Buffer.from(recording.response.body));
  };

/** As nginx in front of it does (spec 1.6): text/html compressed where the client takes it. */
const replayThroughNginx = (request: RawRequest, socket: Socket): void => {
  const { response } = byTarget.get(decodeURIComponent(request.target)) ?? unknownPath;
  if (request.headers['accept-encoding']?.includes('gzip') !== true) send(socket, response, Buffer.from(response.body));
  else
    send(
      socket,
      { ...response, headers: [...response.headers, ['Content-Encoding', 'gzip']] },
      gzipSync(response.body),
    );
};

const listedNames = (name: string): string[] => JSON.parse(load(name).response.body) as string[];
const addressOf = (name: string) => {
  const [, , channel = '', quality = '', hour = '', file = ''] = decodeURIComponent(load(name).request.target).split(
    '/',
  );
  return { channel, quality, hour, name: file };
};

describe('a recorded wubloader node', () => {
  it('lists hours from unsorted JSON that is called text/html', async () => {
    await using fixture = await openHttpNode(replay());
    const listing = await fixture.node.listHours('demo', 'source');
    expect(listing).toEqual({ names: ['2024-03-01T10', '2024-03-01T11'], refused: 0, unsafe: 0, refusedSample: [] });
  });

  it('is believed about valid hours beside a stray directory', async () => {
    await using fixture = await openHttpNode(replay());
    const listing = await fixture.node.listHours('play', 'badhour');
    expect(listing).toEqual({ names: ['2024-03-01T10'], refused: 1, unsafe: 0, refusedSample: ['not-an-hour'] });
  });

  it('gives segments and tombstones of an hour, sorted, without temp and unknown names', async () => {
    await using fixture = await openHttpNode(replay());
    const recorded = listedNames('files-hour-tombstones-true');
    const { names, refused, unsafe, refusedSample } = await fixture.node.listHour('demo', 'source', '2024-03-01T11');
    const temp = recorded.filter((name) => name.includes('-temp-'));
    expect(temp.length).toBeGreaterThan(0);
    expect(names).toEqual(recorded.filter((name) => !temp.includes(name) && !refusedSample.includes(name)).sort());
    expect(names.filter((name) => name.endsWith('.tombstone')).length).toBeGreaterThan(0);
    expect(refusedSample).toContain('notes.ts');
    expect([refused, unsafe]).toEqual([refusedSample.length, 0]);
  });

  it('lists an absent hour and absent extras as empty', async () => {
    await using fixture = await openHttpNode(replay());
    expect((await fixture.node.listHour('demo', 'source', '2024-03-01T23')).names).toEqual([]);
    expect((await fixture.node.listExtras('absent')).names).toEqual([]);
  });

  it('gives chat batches of an hour of chat', async () => {
    await using fixture = await openHttpNode(replay());
    const { names } = await fixture.node.listHour('demo', 'chat', '2024-03-01T10');
    expect(names).toEqual(listedNames('files-chat-hour'));
  });

  it('takes names of qualities with spaces, plus signs and accents', async () => {
    await using fixture = await openHttpNode(replay());
    expect((await fixture.node.listHours('play', 'name space+é')).names).toEqual(['2024-03-01T10']);
  });

  it('lists extras without hidden ones and with nested paths', async () => {
    await using fixture = await openHttpNode(replay());
    expect(await fixture.node.listExtras('emotes')).toEqual({
      names: ['1234', 'sub/5678'],
      refused: 0,
      unsafe: 0,
      refusedSample: [],
    });
    expect((await fixture.node.listExtras('media')).names).toEqual(['2024/clip one.bin']);
  });

  it.each(['segment', 'segment-chat', 'segment-zero-bytes'])('gives the content of case %s as it is', async (name) => {
    await using fixture = await openHttpNode(replay());
    const content = await fixture.node.fetchSegment(addressOf(name));
    expect((await readAll(content.body)).toString()).toBe(load(name).response.body);
    expect(content.sizeBytes).toBe(Buffer.byteLength(load(name).response.body));
  });

  it('gives an extra whose path has a space', async () => {
    await using fixture = await openHttpNode(replay());
    const content = await fixture.node.fetchExtra('media', '2024/clip one.bin');
    expect((await readAll(content.body)).toString()).toBe(load('segment-extra-space').response.body);
  });

  it('says that a segment is missing, and works on', async () => {
    await using fixture = await openHttpNode(replay());
    await expect(fixture.node.fetchSegment(addressOf('segment-404'))).rejects.toThrow(RemoteContentMissingError);
    expect((await fixture.node.listHours('demo', 'source')).names).toHaveLength(2);
  });

  it('is known as a wubloader node from its 404 on /digest, with one request', async () => {
    await using fixture = await openHttpNode(replay());
    expect(await fixture.node.protocol()).toBeNull();
    expect(await fixture.node.protocol()).toBeNull();
    expect(fixture.server.requests.map((request) => request.target)).toEqual(['/digest']);
  });

  it('is known as a wubloader node from any listing', async () => {
    await using fixture = await openHttpNode(replay());
    await fixture.node.listHours('demo', 'source');
    expect(await fixture.node.protocol()).toBeNull();
    expect(fixture.server.requests).toHaveLength(1);
  });

  it('works behind a path prefix', async () => {
    await using fixture = await openHttpNode(replay('/some/prefix'), { url: '/some/prefix/' });
    expect((await fixture.node.listHours('demo', 'source')).names).toHaveLength(2);
    expect((await fixture.node.fetchSegment(addressOf('segment'))).sizeBytes).toBeGreaterThan(0);
    expect(fixture.server.requests[0]?.target).toBe('/some/prefix/files/demo/source');
  });

  it('is asked for compressed listings, and understood when nginx compresses them', async () => {
    await using fixture = await openHttpNode(replayThroughNginx);
    const { names } = await fixture.node.listHour('demo', 'chat', '2024-03-01T10');
    expect(names).toEqual(listedNames('files-chat-hour'));
    expect(fixture.server.requests[0]?.headers['accept-encoding']).toContain('gzip');
  });

  it('is not asked to compress segments', async () => {
    await using fixture = await openHttpNode(replayThroughNginx);
    await fixture.node.fetchSegment(addressOf('segment'));
    expect(fixture.server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('keeps its connections for the next requests, also after a 404', async () => {
    await using fixture = await openHttpNode(replay());
    for (let round = 0; round < 4; round += 1) {
      await fixture.node.listHours('demo', 'source');
      await fixture.node.fetchSegment(addressOf('segment'));
      await fixture.node.fetchSegment(addressOf('segment-404')).catch(() => undefined);
      await fixture.node.listExtras('emotes');
    }
    // The transport may take a second one where the first is not yet free for the next request in the same tick.
    expect(fixture.server.connections).toBeLessThanOrEqual(2);
  });
});
