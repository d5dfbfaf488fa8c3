import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  ResponseStatusError,
  ResponseTimeoutError,
  ResponseTooLargeError,
  ResponseTruncatedError,
} from '@waybill/http-kit';
import { waitFor } from '@waybill/test-kit';
import type { CircuitChange } from '../../src/remote/circuit-breaker.ts';
import { CircuitOpenError } from '../../src/remote/circuit-open-error.ts';
import { EventFloodError } from '../../src/remote/event-pace.ts';
import { ListingTooLargeError } from '../../src/remote/listing-too-large-error.ts';
import { RemoteExtraTooLargeError } from '../../src/remote/remote-extra-too-large-error.ts';
import { RemoteReplyInvalidError } from '../../src/remote/remote-reply-invalid-error.ts';
import { withCircuitBreaker } from '../../src/remote/with-circuit-breaker.ts';
import { reply } from '../support/raw-http-server.ts';
import { segmentName } from '../support/test-names.ts';
import { openHttpNode, readAll } from './http-node-fixture.ts';

const GOOD = segmentName(4, 'good');
const ADDRESS = { channel: 'demo', quality: 'source', hour: '2026-06-22T18', name: GOOD };
/** Short, so that a test of a limit of time takes a fraction of a second. */
/** In its total time alone: on a busy machine, pieces that come every 40 ms may be late by more than a short idle time. */
const IMPATIENT = { idleTimeoutMs: 30_000, graceMs: 400, minBytesPerSecond: 1000 };

const sendNames = (names: readonly string[]) => (_request: unknown, socket: Socket) => {
  reply(socket, { body: JSON.stringify(names) });
};

/** Writes `head`, then `piece` for ever, as fast as the reader takes it, or one every `everyMs`. */
const endless =
  (head: string, piece: Uint8Array | string, everyMs = 0) =>
  (_request: unknown, socket: Socket): void => {
    socket.write(head);
    const push = (): void => {
      if (socket.destroyed) return;
      if (everyMs > 0) {
        socket.write(piece);
        setTimeout(push, everyMs);
      } else if (socket.write(piece)) setImmediate(push);
      else socket.once('drain', push);
    };
    push();
  };

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const megabyteChunk = `${(1_048_576).toString(16)}\r\n${'x'.repeat(1_048_576)}\r\n`;

describe('names from a hostile node', () => {
  const HOSTILE = [
    '../../../../escaped/00:00.000000-2.0-full-x.ts',
    '..',
    '.',
    '/etc/cron.d/job',
    'C:\\windows\\x.ts',
    `..\\${GOOD}`,
    `${GOOD}\0.ts`,
    `a/${GOOD}`,
    `${GOOD}\r\nX-Injected: 1`,
    '',
    ' ',
    '%2e%2e%2fescaped.ts',
    '\ud800.ts',
    `../${GOOD.replace('.ts', '.tombstone')}`,
    'x'.repeat(10_000),
  ];

  it('lets no name of an hour through that is not a segment of a single path component', async () => {
    await using fixture = await openHttpNode(sendNames([...HOSTILE, GOOD]));
    const listing = await fixture.node.listHour('demo', 'source', '2026-06-22T18');
    expect(listing.names).toEqual([GOOD]);
    expect(listing.refused).toBe(HOSTILE.length);
  });

  it('counts those that would leave the archive, and shows some of them escaped and shortened', async () => {
    await using fixture = await openHttpNode(
      sendNames([`${GOOD}\0\u001b[2J`, 'y'.repeat(10_000), '../up', '/abs', 'harmless', 'sixth']),
    );
    const { unsafe, refusedSample } = await fixture.node.listHour('demo', 'source', '2026-06-22T18');
    expect(unsafe).toBe(3);
    expect(refusedSample).toHaveLength(5);
    expect(refusedSample[0]).toBe(`${GOOD}\\u0000\\u001b[2J`);
    expect(Math.max(...refusedSample.map((name) => name.length))).toBeLessThan(700);
  });

  it('lets no hour through that is not an hour', async () => {
    await using fixture = await openHttpNode(
      sendNames([...HOSTILE, '2026-06-22T18', '2026-06-22T24', '2026-02-30T00']),
    );
    expect((await fixture.node.listHours('demo', 'source')).names).toEqual(['2026-06-22T18']);
  });

  it('lets no extra through that leaves its directory, is hidden or absolute', async () => {
    const extras = [
      '../x',
      'a/../../x',
      '/etc/passwd',
      'a//b',
      'a/./b',
      '.hidden',
      'sub/.hidden/x',
      'a\0b',
      'ok/fine.png',
      'fine.png.1234.temp',
      'back\\slash',
    ];
    await using fixture = await openHttpNode(sendNames(extras));
    const { names, unsafe } = await fixture.node.listExtras('emotes');
    expect(names).toEqual(['ok/fine.png']);
    expect(unsafe).toBe(4);
  });

  it('gives a name that is repeated a thousand times once', async () => {
    await using fixture = await openHttpNode(sendNames(Array.from({ length: 1000 }, () => GOOD)));
    expect((await fixture.node.listHour('demo', 'source', '2026-06-22T18')).names).toEqual([GOOD]);
  });

  it('refuses a listing of a million names', async () => {
    const body = `[${Array.from({ length: 1_000_000 }, () => '"a"').join(',')}]`;
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { body });
    });
    await expect(fixture.node.listHour('demo', 'source', '2026-06-22T18')).rejects.toMatchObject({
      name: 'ListingTooLargeError',
      unit: 'names',
      limit: 100_000,
    });
  });

  it('refuses a listing without end', async () => {
    await using fixture = await openHttpNode(endless(CHUNKED, megabyteChunk), {
      limits: { maxListingBytes: 3_000_000 },
    });
    await expect(fixture.node.listHours('demo', 'source')).rejects.toThrow(ListingTooLargeError);
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });

  it('refuses a listing in pieces of one byte long before it is as large as it may be', async () => {
    await using fixture = await openHttpNode(endless(CHUNKED, '1\r\n[\r\n'.repeat(10_000)));
    await expect(fixture.node.listHours('demo', 'source')).rejects.toThrow(RemoteReplyInvalidError);
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });

  it('takes a listing in small pieces', async () => {
    const pieces = JSON.stringify([GOOD]).match(/.{1,3}/g) ?? [];
    const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
    await using fixture = await openHttpNode((_request, socket) => {
      socket.write(`${CHUNKED}${chunks.join('')}0\r\n\r\n`);
    });
    expect((await fixture.node.listHour('demo', 'source', '2026-06-22T18')).names).toEqual([GOOD]);
  });

  it('refuses a listing that decompresses without end', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20), { level: 9 });
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { headers: { 'Content-Encoding': 'gzip' }, body: bomb });
    });
    expect(bomb.length).toBeLessThan(100_000);
    await expect(fixture.node.listHours('demo', 'source')).rejects.toThrow(ListingTooLargeError);
  });

  it.each([
    '<html>502 Bad Gateway</html>',
    '',
    '{"a":1}',
    '[1,2]',
    '["a"',
    '["a",]',
    '["a"] trailing',
    '[["a"]]',
    'null',
    '["bad \\x escape"]',
  ])('refuses %j as a listing, as something that may pass', async (body) => {
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { body });
    });
    const failed = fixture.node.listHours('demo', 'source');
    await expect(failed).rejects.toThrow(RemoteReplyInvalidError);
    await expect(failed).rejects.toMatchObject({ retryable: true });
  });
});

describe('contents from a hostile node', () => {
  it('refuses a body of 10 GB by its announced length', async () => {
    await using fixture = await openHttpNode(
      endless('HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n', 'x'.repeat(65_536)),
    );
    await expect(fixture.node.fetchSegment(ADDRESS)).rejects.toThrow(ResponseTooLargeError);
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connections' });
  });

  it('stops a body that goes on without saying how long it is', async () => {
    await using fixture = await openHttpNode(endless(CHUNKED, megabyteChunk), {
      limits: { maxSegmentBytes: 4_000_000 },
    });
    const content = await fixture.node.fetchSegment(ADDRESS);
    await expect(readAll(content.body)).rejects.toThrow(ResponseTooLargeError);
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connections' });
  });

  it('refuses an extra beyond the limit for extras, announced or not, as no hostile act', async () => {
    await using announced = await openHttpNode(
      endless('HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n', 'x'.repeat(65_536)),
      {
        limits: { maxExtraBytes: 1_000_000 },
      },
    );
    await expect(announced.node.fetchExtra('media', 'big.mp4')).rejects.toThrow(RemoteExtraTooLargeError);
    announced.server.handler = endless(CHUNKED, megabyteChunk);
    const content = await announced.node.fetchExtra('media', 'big.mp4');
    await expect(readAll(content.body)).rejects.toThrow(RemoteExtraTooLargeError);
  });

  it.each([
    ['whole', 'HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n'],
    ['streamed', 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'],
    ['chunked', CHUNKED],
  ])('gives up a %s body that dribbles, though it never idles', async (_kind, head) => {
    const piece = head === CHUNKED ? '1\r\nx\r\n' : 'x';
    await using fixture = await openHttpNode(endless(head, piece, 40), {
      limits: { ...IMPATIENT, wholeContentBytes: 20_000, minBytesPerSecond: 100_000 },
    });
    const fetched = fixture.node.fetchSegment(ADDRESS).then((content) => readAll(content.body));
    await expect(fetched).rejects.toMatchObject({ name: 'ResponseTimeoutError', phase: 'total', retryable: true });
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });

  it('holds no slot longer for a small content that dribbles than for one that is silent', async () => {
    await using fixture = await openHttpNode(endless('HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n', 'x', 40), {
      limits: { ...IMPATIENT, graceMs: 300, minBytesPerSecond: 16 * 1024 },
    });
    const fetched = fixture.node.fetchSegment(ADDRESS);
    // By its announced length alone, or by the limit for what is taken whole, it would have had seconds.
    await expect(fetched).rejects.toMatchObject({ phase: 'total', timeoutMs: expect.closeTo(300, -1) as number });
  });

  it('gives up a listing that dribbles', async () => {
    await using fixture = await openHttpNode(endless(CHUNKED, '1\r\n[\r\n', 40), { limits: IMPATIENT });
    await expect(fixture.node.listHours('demo', 'source')).rejects.toMatchObject({ phase: 'total' });
  });

  it('gives up a body that falls silent', async () => {
    await using fixture = await openHttpNode(
      (_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc');
      },
      { limits: { idleTimeoutMs: 1500, graceMs: 60_000 } },
    );
    const content = await fixture.node.fetchSegment(ADDRESS);
    await expect(readAll(content.body)).rejects.toMatchObject({ name: 'ResponseTimeoutError', phase: 'idle' });
  });

  it.each([
    ['never come', ''],
    ['never end', 'HTTP/1.1 200 OK\r\nX-Header: '],
  ])('gives up headers that %s', async (_kind, head) => {
    await using fixture = await openHttpNode(endless(head, head === '' ? '' : 'x', 40), { limits: IMPATIENT });
    await expect(fixture.node.fetchSegment(ADDRESS)).rejects.toThrow(ResponseTimeoutError);
    await expect(fixture.node.listHours('demo', 'source')).rejects.toThrow(ResponseTimeoutError);
  });

  it('gives up answers that only announce an answer', async () => {
    await using fixture = await openHttpNode(endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n', 40), {
      limits: IMPATIENT,
    });
    await expect(fixture.node.listHours('demo', 'source')).rejects.toThrow(ResponseTimeoutError);
  });

  it('refuses headers of 100 kB', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nX-Header: ${'x'.repeat(100_000)}\r\nContent-Length: 2\r\n\r\n[]`);
    });
    await expect(fixture.node.listHours('demo', 'source')).rejects.toMatchObject({ retryable: true });
  });

  it.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'],
    ['chunked', `${CHUNKED}5\r\nshort\r\n`],
  ])('reports a body cut short (%s) as truncated', async (_kind, text) => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.end(text);
    });
    const fetched = fixture.node.fetchSegment(ADDRESS).then((content) => readAll(content.body));
    await expect(fetched).rejects.toThrow(ResponseTruncatedError);
  });

  it('does not take bytes beyond the announced length for content, nor for the next answer', async () => {
    await using fixture = await openHttpNode((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
    });
    expect((await readAll((await fixture.node.fetchSegment(ADDRESS)).body)).toString()).toBe('good');
    fixture.server.handler = (_request, socket) => {
      reply(socket, { body: 'real' });
    };
    expect((await readAll((await fixture.node.fetchSegment(ADDRESS)).body)).toString()).toBe('real');
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with status %i', async (status) => {
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { status, headers: { Location: 'http://127.0.0.1:1/internal' } });
    });
    const failed = fixture.node.fetchSegment(ADDRESS);
    await expect(failed).rejects.toThrow(ResponseStatusError);
    await expect(failed).rejects.toMatchObject({ status, retryable: false });
    expect(fixture.server.requests).toHaveLength(1);
  });

  it.each([500, 502, 503, 429])('takes status %i on a listing for an error that may pass', async (status) => {
    await using fixture = await openHttpNode((_request, socket) => {
      reply(socket, { status, body: '[]' });
    });
    await expect(fixture.node.listHours('demo', 'source')).rejects.toMatchObject({ status, retryable: true });
  });

  it('ends a call within the tick of its signal, and the connection with it', async () => {
    await using fixture = await openHttpNode(endless(CHUNKED, '1\r\nx\r\n', 10));
    const controller = new AbortController();
    const reason = new Error('stop');
    const fetched = fixture.node.fetchSegment(ADDRESS, { signal: controller.signal });
    await waitFor(() => fixture.server.requests.length === 1);
    controller.abort(reason);
    await expect(fetched).rejects.toBe(reason);
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
  });
});

describe('events from a hostile node', () => {
  it('are read no faster than a node can have them, however many it pours out', async () => {
    const sockets: Socket[] = [];
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
    await using fixture = await openHttpNode((request, socket) => {
      sockets.push(socket);
      endless(head, ': nothing\n\n'.repeat(10_000))(request, socket);
    });
    const controller = new AbortController();
    const read = Array.fromAsync(fixture.node.events(undefined, { signal: controller.signal }));
    await sleep(1000);
    controller.abort();
    await expect(read).rejects.toThrow();
    // What fills the buffers of the sockets, and a second's worth: without a limit it is hundreds of megabytes.
    expect(sockets[0]?.bytesWritten).toBeLessThan(20_000_000);
  });

  it('are a hostile act where they pour on and on, reported once for each back-off', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
    await using fixture = await openHttpNode(endless(head, ': nothing\n\n'.repeat(10_000)), {
      limits: { eventsFloodMs: 300 },
    });
    const changes: CircuitChange[] = [];
    const node = withCircuitBreaker(fixture.node, { onStateChange: (change) => changes.push(change) });
    await expect(Array.fromAsync(node.events(undefined))).rejects.toThrow(EventFloodError);
    await waitFor(() => fixture.server.connections === 0, { what: 'the end of the connection' });
    await expect(Array.fromAsync(node.events(undefined))).rejects.toThrow(CircuitOpenError);
    expect(changes).toMatchObject([{ state: 'open', reason: 'hostile' }]);
  });

  it('are none where a burst ends', async () => {
    const comment = ': nothing\n\n'.repeat(50_000);
    await using fixture = await openHttpNode(
      (_request, socket) => {
        socket.end(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n${comment}`);
      },
      { limits: { eventsFloodMs: 60_000 } },
    );
    await expect(Array.fromAsync(fixture.node.events(undefined))).resolves.toEqual([]);
  });
});
