import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitFor } from '@waybill/test-kit';
import { ProtocolUnsupportedError } from '../../src/remote/protocol-unsupported-error.ts';
import { RemoteContentMissingError } from '../../src/remote/remote-content-missing-error.ts';
import { RemoteReplyInvalidError } from '../../src/remote/remote-reply-invalid-error.ts';
import { BATCH_CONTENT_TYPE, BATCH_MAX_NAMES, encodeBatchEnd, encodeFrameHeader } from '../../src/wire/batch-frame.ts';
import type { FrameStatus } from '../../src/wire/batch-frame.ts';
import { reply } from '../support/raw-http-server.ts';
import type { RawReply, RawRequest } from '../support/raw-http-server.ts';
import { segmentName } from '../support/test-names.ts';
import { openHttpNode, readAll } from './http-node-fixture.ts';

const OURS = { 'Waybill-Protocol': '1' };
const HOUR = '2026-06-22T18';
const hex = (digit: string): string => digit.repeat(64);

/** Answers each target with its reply; 404 for the rest. */
const answers =
  (table: Readonly<Record<string, RawReply>>) =>
  (request: RawRequest, socket: Socket): void => {
    reply(socket, table[request.target] ?? { status: 404 });
  };

describe('requests', () => {
  it('percent-encode every component', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { body: '[]' });
    });
    await fixture.node.fetchSegment({ channel: 'a b', quality: 'ü', hour: HOUR, name: '00:01?#%.ts' });
    await fixture.node.fetchExtra('media/sub', 'x y/ü?.png');
    await fixture.node.listExtras('media/sub');
    await fixture.node.listHour('c', 'q', HOUR);
    expect(fixture.server.requests.map((request) => request.target)).toEqual([
      `/segments/a%20b/%C3%BC/${HOUR}/00%3A01%3F%23%25.ts`,
      '/segments/media/sub/x%20y/%C3%BC%3F.png',
      '/extras/media/sub',
      `/files/c/q/${HOUR}?tombstones=true`,
    ]);
  });

  it.each([
    ['a token', { token: 'secret' }, 'Bearer secret'],
    ['an authorization', { authorization: 'Custom x' }, 'Custom x'],
    ['a token before an authorization', { authorization: 'Custom x', token: 'secret' }, 'Bearer secret'],
    ['nothing', {}, undefined],
  ])('carry %s', async (_kind, init, expected) => {
    await using fixture = await openHttpNode(
      answers({ '/files/c/q': { body: '[]', headers: { ...OURS, ETag: '"1"' } } }),
      init,
    );
    await fixture.node.listHours('c', 'q');
    await fixture.node.listHours('c', 'q');
    expect(fixture.server.requests.map((request) => request.headers['authorization'])).toEqual([expected, expected]);
  });
});

describe('listings of a node of ours', () => {
  const listing = {
    body: JSON.stringify([segmentName(2, 'b'), segmentName(1, 'a')]),
    headers: { ...OURS, ETag: '"v1"' },
  };
  const target = `/files/c/q/${HOUR}?tombstones=true`;

  it('are asked for with their ETag, and kept when it still holds', async () => {
    await using fixture = await openHttpNode((request, socket) => {
      if (request.headers['if-none-match'] === '"v1"') reply(socket, { status: 304, headers: OURS });
      else answers({ [target]: listing })(request, socket);
    });
    const first = await fixture.node.listHour('c', 'q', HOUR);
    expect(await fixture.node.listHour('c', 'q', HOUR)).toEqual(first);
    expect(first.names).toEqual([segmentName(1, 'a'), segmentName(2, 'b')]);
    expect(fixture.server.requests.map((request) => request.headers['if-none-match'])).toEqual([undefined, '"v1"']);
  });

  it('are read anew when they changed', async () => {
    await using fixture = await openHttpNode(answers({ [target]: listing }));
    await fixture.node.listHour('c', 'q', HOUR);
    fixture.server.handler = answers({ [target]: { body: '[]', headers: { ...OURS, ETag: '"v2"' } } });
    expect((await fixture.node.listHour('c', 'q', HOUR)).names).toEqual([]);
  });

  it('that answer 304 to a question without ETag are refused', async () => {
    await using fixture = await openHttpNode(answers({ [target]: { status: 304, headers: OURS } }));
    await expect(fixture.node.listHour('c', 'q', HOUR)).rejects.toMatchObject({
      code: 'ERR_RESPONSE_STATUS',
      status: 304,
    });
  });

  it('are not asked for with an ETag of a node that is not ours', async () => {
    await using fixture = await openHttpNode(answers({ [target]: { ...listing, headers: { ETag: '"v1"' } } }));
    await fixture.node.listHour('c', 'q', HOUR);
    await fixture.node.listHour('c', 'q', HOUR);
    expect(fixture.server.requests[1]?.headers['if-none-match']).toBeUndefined();
  });
});

describe('the protocol of a node', () => {
  it('is asked once, also where a listing has told it', async () => {
    await using fixture = await openHttpNode(answers({ '/files/c/q': { body: '[]', headers: OURS } }));
    await fixture.node.listHours('c', 'q');
    expect(await fixture.node.protocol()).toBe(1);
    expect(fixture.server.requests).toHaveLength(1);
  });

  it('is asked again after a call failed: another node may have taken the place', async () => {
    await using fixture = await openHttpNode(answers({ '/digest': { body: '{}', headers: OURS } }));
    expect(await fixture.node.protocol()).toBe(1);
    fixture.server.handler = (_request, socket) => socket.destroy();
    await expect(fixture.node.listHours('c', 'q')).rejects.toMatchObject({ retryable: true });
    fixture.server.handler = answers({});
    expect(await fixture.node.protocol()).toBeNull();
  });

  it('is kept after a call that was cancelled', async () => {
    await using fixture = await openHttpNode(answers({ '/digest': { body: '{}', headers: OURS } }));
    await fixture.node.protocol();
    fixture.server.handler = () => undefined;
    const controller = new AbortController();
    const listed = fixture.node.listHours('c', 'q', { signal: controller.signal });
    controller.abort();
    await expect(listed).rejects.toMatchObject({ name: 'AbortError' });
    expect(await fixture.node.protocol()).toBe(1);
  });

  it.each([
    ['a later version', { body: '{}', headers: { 'Waybill-Protocol': '2' } }],
    ['no version', { body: '{}' }],
    ['404', { status: 404 }],
    ['405', { status: 405 }],
  ])('is that of wubloader where /digest answers with %s', async (_kind, answer: RawReply) => {
    await using fixture = await openHttpNode(answers({ '/digest': answer }));
    expect(await fixture.node.protocol()).toBeNull();
  });

  it.each([500, 503, 401])('is not guessed from status %i', async (status) => {
    await using fixture = await openHttpNode(answers({ '/digest': { status } }));
    await expect(fixture.node.protocol()).rejects.toMatchObject({ status });
  });
});

describe('digests', () => {
  const root = {
    body: JSON.stringify({ protocol: 1, node: 'n', digest: hex('a'), qualities: { 'c/q': hex('b') } }),
    headers: OURS,
  };

  it('come as a tree', async () => {
    const hours = { protocol: 1, digest: hex('b'), hours: { [HOUR]: { digest: hex('c'), count: 3 } } };
    await using fixture = await openHttpNode(
      answers({ '/digest': root, '/digest/c/q': { body: JSON.stringify(hours), headers: OURS } }),
    );
    expect(await fixture.node.digest(undefined)).toEqual({ digest: hex('a'), children: new Map([['c/q', hex('b')]]) });
    expect(await fixture.node.qualityDigest('c', 'q')).toEqual({
      digest: hex('b'),
      children: new Map([[HOUR, hex('c')]]),
    });
  });

  it('are unchanged where the known one still holds', async () => {
    await using fixture = await openHttpNode((request, socket) => {
      reply(socket, request.headers['if-none-match'] === `"${hex('a')}"` ? { status: 304, headers: OURS } : root);
    });
    expect(await fixture.node.digest(hex('a'))).toBe('unchanged');
    expect(await fixture.node.digest(hex('d'))).toMatchObject({ digest: hex('a') });
    expect(fixture.server.requests).toHaveLength(2);
  });

  it('leave out keys that nobody may ask for', async () => {
    const qualities = {
      '../x': hex('1'),
      'a/b/c': hex('1'),
      a: hex('1'),
      '.a/b': hex('1'),
      'c/q': hex('2'),
      __proto__x: hex('1'),
    };
    await using fixture = await openHttpNode(
      answers({ '/digest': { body: JSON.stringify({ digest: hex('a'), qualities }), headers: OURS } }),
    );
    expect(await fixture.node.digest(undefined)).toMatchObject({ children: new Map([['c/q', hex('2')]]) });
  });

  it.each([
    '',
    'null',
    '[]',
    '{"digest":"x","qualities":{}}',
    `{"digest":"${hex('a')}"}`,
    `{"digest":"${hex('a')}","qualities":{"c/q":1}}`,
  ])('are refused as %j', async (body) => {
    await using fixture = await openHttpNode(answers({ '/digest': { body, headers: OURS } }));
    await expect(fixture.node.digest(undefined)).rejects.toThrow(RemoteReplyInvalidError);
  });

  it('are refused by name where the node is not ours', async () => {
    await using fixture = await openHttpNode(answers({}));
    await expect(fixture.node.digest(undefined)).rejects.toThrow(ProtocolUnsupportedError);
    expect(await fixture.node.protocol()).toBeNull();
  });

  it('of an absent quality are missing, which says nothing about the protocol', async () => {
    await using fixture = await openHttpNode(answers({ '/digest': root }));
    await fixture.node.protocol();
    await expect(fixture.node.qualityDigest('c', 'absent')).rejects.toThrow(RemoteContentMissingError);
    expect(await fixture.node.protocol()).toBe(1);
  });
});

describe('contents', () => {
  const address = { channel: 'c', quality: 'q', hour: HOUR, name: segmentName(1, 'x') };

  it('come whole where they are small, and as a stream where they are large', async () => {
    const large = Buffer.alloc(600_000, 7);
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { body: 'small' });
    });
    const small = await fixture.node.fetchSegment(address);
    expect(small).toMatchObject({ sizeBytes: 5, body: Buffer.from('small') });
    fixture.server.handler = (_request, socket) => {
      reply(socket, { body: large });
    };
    const streamed = await fixture.node.fetchSegment(address);
    expect(streamed.body).not.toBeInstanceOf(Uint8Array);
    expect(streamed.sizeBytes).toBe(600_000);
    expect((await readAll(streamed.body)).equals(large)).toBe(true);
  });

  it('need one request each once the size of a quality is known', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { body: Buffer.alloc(600_000) });
    });
    for (let count = 0; count < 4; count += 1) await readAll((await fixture.node.fetchSegment(address)).body);
    expect(fixture.server.requests).toHaveLength(5);
    fixture.server.handler = (_request, socket) => {
      reply(socket, { body: 'small' });
    };
    for (let count = 0; count < 3; count += 1) {
      expect((await fixture.node.fetchSegment(address)).body).toBeInstanceOf(Uint8Array);
    }
    expect(fixture.server.requests).toHaveLength(8);
  });

  it('free their connection when they are discarded', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n`);
    });
    const content = await fixture.node.fetchSegment(address);
    content.discard();
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });

  it('read slowly by us do not run into the time limit of the node', async () => {
    await using fixture = await openHttpNode(
      (_request, socket) => {
        reply(socket, { body: Buffer.alloc(300_000) });
      },
      { limits: { graceMs: 1000, minBytesPerSecond: 1_000_000_000, idleTimeoutMs: 1000 } },
    );
    const { body } = await fixture.node.fetchSegment(address);
    let size = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (size === 0) await sleep(1500);
      size += chunk.length;
    }
    expect(size).toBe(300_000);
  });
});

describe('batches', () => {
  const names = [segmentName(1, 'one'), segmentName(2, 'two'), segmentName(3, 'three')];
  const frame = (name: string, content: string | Uint8Array, status: FrameStatus = 'ok'): Buffer =>
    Buffer.concat([encodeFrameHeader({ name, status, sizeBytes: content.length }), Buffer.from(content)]);
  const sendFrames =
    (frames: readonly Uint8Array[], type = BATCH_CONTENT_TYPE) =>
    (_request: unknown, socket: Socket) => {
      reply(socket, { body: Buffer.concat(frames), headers: { ...OURS, 'Content-Type': type } });
    };
  const fetchAll = async (handler: (request: RawRequest, socket: Socket) => void, asked: readonly string[] = names) => {
    await using fixture = await openHttpNode(handler);
    const items: { name: string; status: string; content: string }[] = [];
    for await (const { name, status, body } of fixture.node.fetchBatch('c', 'q', HOUR, asked)) {
      items.push({ name, status, content: (await readAll(body)).toString() });
    }
    return { items, requests: [...fixture.server.requests] };
  };

  it('bring many contents in one request, each with its state', async () => {
    const frames = [
      frame(names[0]!, 'one'),
      frame(names[1]!, '', 'missing'),
      frame(names[2]!, '', 'unreadable'),
      encodeBatchEnd(),
    ];
    const { items, requests } = await fetchAll(sendFrames(frames));
    expect(items).toEqual([
      { name: names[0], status: 'ok', content: 'one' },
      { name: names[1], status: 'missing', content: '' },
      { name: names[2], status: 'unreadable', content: '' },
    ]);
    expect(requests).toMatchObject([{ method: 'POST', target: '/batch' }]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ channel: 'c', quality: 'q', hour: HOUR, names });
  });

  it('stream what is large', async () => {
    const large = 'x'.repeat(700_000);
    const { items } = await fetchAll(sendFrames([frame(names[0]!, large), encodeBatchEnd()]), [names[0]!]);
    expect(items[0]?.content).toBe(large);
  });

  it.each([
    ['another name', [frame(segmentName(9, 'x'), 'x'), encodeBatchEnd()], /another name/],
    ['fewer frames', [frame(names[0]!, 'one'), encodeBatchEnd()], /1 frames for 3 names/],
    [
      'more frames',
      [...names.map((name) => frame(name, 'x')), frame(names[0]!, 'x'), encodeBatchEnd()],
      /another name/,
    ],
    ['no end', names.map((name) => frame(name, 'x')), /ends at byte/],
    ['an unknown state', [Buffer.from([7])], /status 7/],
  ])('with %s are refused', async (_kind, frames, message) => {
    await expect(fetchAll(sendFrames(frames))).rejects.toThrow(message);
  });

  it('of another content type are refused', async () => {
    await expect(fetchAll(sendFrames([], 'text/html'))).rejects.toThrow(RemoteReplyInvalidError);
  });

  it('of a frame beyond the limit for segments are refused', async () => {
    const header = encodeFrameHeader({ name: names[0]!, status: 'ok', sizeBytes: 2 ** 40 });
    await expect(fetchAll(sendFrames([header]))).rejects.toMatchObject({ code: 'ERR_BATCH_FRAME_INVALID' });
  });

  it('are refused by name where the node is not ours', async () => {
    await expect(fetchAll(answers({}))).rejects.toThrow(ProtocolUnsupportedError);
  });

  it('of more names than a request holds are a mistake of the caller', async () => {
    const many = Array.from({ length: BATCH_MAX_NAMES + 1 }, (_, index) => segmentName(index, 'x'));
    await expect(fetchAll(answers({}), many)).rejects.toThrow(RangeError);
  });

  it('of no names send nothing', async () => {
    expect(await fetchAll(answers({}), [])).toEqual({ items: [], requests: [] });
  });

  it('end with their connection when the loop is left', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${BATCH_CONTENT_TYPE}\r\nContent-Length: 10000\r\n\r\n`);
      socket.write(frame(names[0]!, 'one'));
    });
    for await (const item of fixture.node.fetchBatch('c', 'q', HOUR, names)) {
      expect(item.name).toBe(names[0]);
      break;
    }
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });
});

describe('events', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nWaybill-Protocol: 1\r\n\r\n';
  const name = segmentName(1, 'x');
  const segment = { channel: 'c', quality: 'q', hour: HOUR, name };
  const event = (id: string, data: unknown, kind = 'segment'): string =>
    `event: ${kind}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
  const readEvents = async (text: string, since?: string) => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.end(HEAD + text);
    });
    const events = await Array.fromAsync(fixture.node.events(since));
    return { events, targets: fixture.server.requests.map((request) => request.target) };
  };

  it('announce segments and resets, until the connection ends', async () => {
    const { events, targets } = await readEvents(
      `: hello\n\n${event('i-1', segment)}: keep-alive\n\n${event('i-2', {}, 'reset')}`,
      'i-0',
    );
    expect(events).toEqual([
      { id: 'i-1', segment },
      { id: 'i-2', reset: true },
    ]);
    expect(targets).toEqual(['/events?since=i-0']);
  });

  it('of kinds that we do not know are passed over', async () => {
    const { events, targets } = await readEvents(event('i-1', {}, 'later') + event('i-2', segment));
    expect(events).toEqual([{ id: 'i-2', segment }]);
    expect(targets).toEqual(['/events']);
  });

  it.each([
    ['a path for a name', { ...segment, name: '../../x.ts' }],
    ['a path for a channel', { ...segment, channel: '../..' }],
    ['a hidden quality', { ...segment, quality: '.q' }],
    ['no hour', { ...segment, hour: 'x' }],
    ['a temp name', { ...segment, name: '00:00.000000-2.0-temp-abc.ts' }],
    ['a number for a name', { ...segment, name: 1 }],
    ['null', null],
  ])('with %s end the stream', async (_kind, data) => {
    await expect(readEvents(event('i-1', data))).rejects.toThrow(RemoteReplyInvalidError);
  });

  it('without end do not fill the memory', async () => {
    await expect(readEvents(`data: ${'x'.repeat(300_000)}`)).rejects.toThrow(/an event without end/);
  });

  it('that stay silent longer than their keep-alive end with an error', async () => {
    await using fixture = await openHttpNode(
      (_request, socket) => {
        socket.write(HEAD);
      },
      { limits: { eventsIdleTimeoutMs: 1500, graceMs: 1000 } },
    );
    await expect(Array.fromAsync(fixture.node.events(undefined))).rejects.toMatchObject({ phase: 'idle' });
  });

  it('of a node that is not ours are refused by name', async () => {
    await using fixture = await openHttpNode(answers({}));
    await expect(Array.fromAsync(fixture.node.events(undefined))).rejects.toThrow(ProtocolUnsupportedError);
  });

  it('end with their connection when the signal fires', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.write(HEAD + event('i-1', segment));
    });
    const controller = new AbortController();
    const events = fixture.node.events(undefined, { signal: controller.signal })[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ id: 'i-1', segment });
    const waiting = events.next();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });
});
