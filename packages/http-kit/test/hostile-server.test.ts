import { gzipSync } from 'node:zlib';
import { WaybillError } from '@waybill/common';
import { seededRandom, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { rawServer } from './support/raw-server.ts';
import { testClient } from './support/test-client.ts';

type Random = () => number;

const BODY = gzipSync(JSON.stringify(Array.from({ length: 50 }, (_, index) => `segment-${index}`)));

/** Valid responses, out of which nonsense is made. */
const RESPONSES: readonly (() => Buffer)[] = [
  () => join('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'),
  () => join(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${BODY.byteLength}\r\n\r\n`, BODY),
  () => join('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n'),
  () =>
    join(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno',
    ),
  () => join('HTTP/1.0 200 OK\r\nContent-Encoding: deflate\r\n\r\n', BODY),
  () => join('HTTP/1.1 204 No Content\r\n\r\n'),
];

const NONSENSE = [
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Encoding: br\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
  'Keep-Alive: timeout=-5\r\n',
  '\u0000',
  '\r\n\r\n',
  'ffffffffffffffff\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
];

function join(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** One to three of: a byte changed, a piece cut out, a line of nonsense put in, the end cut off, all of it doubled. */
function mutate(random: Random, response: Buffer): Buffer {
  let bytes = Buffer.from(response);
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const at = Math.floor(random() * bytes.byteLength);
    const lineEnd = bytes.indexOf('\n') + 1;
    const change = Math.floor(random() * 5);
    if (change === 0) bytes[at] = Math.floor(random() * 256);
    else if (change === 1)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(random() * 20))]);
    else if (change === 2)
      bytes = Buffer.concat([bytes.subarray(0, lineEnd), Buffer.from(pick(random, NONSENSE)), bytes.subarray(lineEnd)]);
    else if (change === 3) bytes = bytes.subarray(0, at);
    else bytes = Buffer.concat([bytes, bytes]);
  }
  return bytes;
}

const timeout = 300_000;

test(
  'every request against a server that answers nonsense ends with a response or one of our errors',
  { timeout },
  async () => {
    const random = seededRandom(4711);
    const count = tierCount({ push: 200, nightly: 5000 });
    await using server = await rawServer((socket) => {
      socket.write(mutate(random, pick(random, RESPONSES)()));
      if (random() < 0.7) socket.end();
    });
    await using client = testClient({ idleTimeoutMs: 100, maxConnectionsPerOrigin: 20 });
    const options = { name: 'hostile', maxBytes: 10_000, totalTimeoutMs: 2000, compressed: true };
    const ends = new Map<string, number>();
    const worker = async (): Promise<void> => {
      for (let run = 0; run < count / 20; run++) {
        const asked =
          run % 2 === 0
            ? client.requestBytes(server.url, options).then(({ bytes }) => bytes)
            : client.request(server.url, options).then((answer) => answer.bytes());
        const end = await asked.then(
          () => 'response',
          (error: unknown) => (error instanceof WaybillError ? error.code : `unexpected ${String(error)}`),
        );
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect([...ends.keys()].filter((end) => end.startsWith('unexpected'))).toEqual([]);
    expect(ends.get('response')).toBeGreaterThan(0);
    expect(ends.get('ERR_RESPONSE_TRUNCATED')).toBeGreaterThan(0);
    expect(ends.get('ERR_RESPONSE_INVALID')).toBeGreaterThan(0);
  },
);
