import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ResponseInvalidError, ResponseTooLargeError, ResponseTruncatedError } from '../src/index.ts';
import type { HttpClient, HttpRequestOptions } from '../src/index.ts';
import { rawServer, response } from './support/raw-server.ts';
import { testClient } from './support/test-client.ts';

const LISTING = JSON.stringify(Array.from({ length: 2000 }, (_, index) => `45:${index}.0-2.0-full-abc.ts`));

const CODINGS = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate (raw, as some servers send it)', deflateRawSync],
  ['br', brotliCompressSync],
] as const;

const WAYS: readonly (readonly [
  string,
  (client: HttpClient, url: string, options?: Partial<HttpRequestOptions>) => Promise<string>,
])[] = [
  [
    'requestBytes',
    async (client, url, options) =>
      Buffer.from((await client.requestBytes(url, { name: 'test', ...options })).bytes).toString(),
  ],
  ['request', async (client, url, options) => (await client.request(url, { name: 'test', ...options })).text()],
];

describe.concurrent.each(WAYS)('%s', (_way, get) => {
  test.each(CODINGS)('decodes %s', async (title, encode) => {
    const coding = title.split(' ')[0] ?? '';
    await using server = await rawServer((socket) => {
      socket.write(response(encode(LISTING), [`Content-Encoding: ${coding.toUpperCase()}`]));
    });
    await using client = testClient();
    expect(await get(client, server.url, { compressed: true })).toBe(LISTING);
    expect(await get(client, server.url)).toBe(LISTING);
  });

  test.each(CODINGS)('stops a bomb in %s at the limit', async (title, encode) => {
    const coding = title.split(' ')[0] ?? '';
    const bomb = encode(Buffer.alloc(10_000_000));
    await using server = await rawServer((socket) => socket.write(response(bomb, [`Content-Encoding: ${coding}`])));
    await using client = testClient();
    const refused = get(client, server.url, { maxBytes: 1_000_000 });
    await expect(refused).rejects.toThrow(ResponseTooLargeError);
    await expect(refused).rejects.toMatchObject({ limitBytes: 1_000_000 });
  });

  test('accepts what decodes to exactly the limit', async () => {
    await using server = await rawServer((socket) => {
      socket.write(response(gzipSync('x'.repeat(5000)), ['Content-Encoding: gzip']));
    });
    await using client = testClient();
    expect(await get(client, server.url, { maxBytes: 5000 })).toHaveLength(5000);
    await expect(get(client, server.url, { maxBytes: 4999 })).rejects.toThrow(ResponseTooLargeError);
  });

  test('tells a compressed body that ends too early from a corrupt one', async () => {
    const whole = gzipSync(LISTING);
    const corrupt = Buffer.from(whole);
    corrupt.fill(0xff, 20, 60);
    await using server = await rawServer((socket, request) => {
      const body = request.includes('/short') ? whole.subarray(0, -20) : corrupt;
      socket.write(response(body, ['Content-Encoding: gzip']));
    });
    await using client = testClient();
    await expect(get(client, `${server.url}/short`)).rejects.toThrow(ResponseTruncatedError);
    await expect(get(client, `${server.url}/corrupt`)).rejects.toThrow(ResponseInvalidError);
  });

  test('tells a compressed body whose connection broke off', async () => {
    await using server = await rawServer((socket) => {
      socket.end(response(gzipSync(LISTING), ['Content-Encoding: gzip']).subarray(0, -30));
    });
    await using client = testClient();
    await expect(get(client, server.url)).rejects.toThrow(ResponseTruncatedError);
  });

  test('refuses codings that it does not know, and more than one', async () => {
    await using server = await rawServer((socket, request) => {
      socket.write(response('abc', [`Content-Encoding: ${request.includes('/two') ? 'gzip, gzip' : 'zstd'}`]));
    });
    await using client = testClient();
    await expect(get(client, `${server.url}/one`)).rejects.toThrow(ResponseInvalidError);
    await expect(get(client, `${server.url}/two`)).rejects.toThrow(ResponseInvalidError);
  });

  test('takes an empty body as empty, whatever coding it claims', async () => {
    await using server = await rawServer((socket) => socket.write(response('', ['Content-Encoding: gzip'])));
    await using client = testClient();
    expect(await get(client, server.url)).toBe('');
    expect(await get(client, server.url, { method: 'HEAD' })).toBe('');
  });
});
