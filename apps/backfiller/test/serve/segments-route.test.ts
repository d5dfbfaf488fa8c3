import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tombstoneName } from '@waybill/segments';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { HOUR, makeChat, makeSegment, putFile, putSegment } from '../archive/support.ts';
import { ask, serve } from './support.ts';

const LARGE_BYTES = 900_001;
const segment = makeSegment(0, { text: '0123456789' });
const target = `/segments/demo/source/${HOUR}/${segment.name}`;

describe('GET /segments', () => {
  it('gives a segment with its length, type, tag and leave to keep it for ever', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, segment);
    await using served = await serve(base.path);
    const { status, headers, body } = await ask(served.url, target);
    expect([status, body.toString()]).toEqual([200, '0123456789']);
    expect(headers).toMatchObject({
      'content-length': '10',
      'content-type': 'video/mp2t',
      'cache-control': 'max-age=31536000, immutable',
      'accept-ranges': 'bytes',
    });
    expect(headers.etag).toContain(segment.name.slice(-46, -3));
  });

  it('takes colons bare and percent-encoded', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, segment);
    await using served = await serve(base.path);
    for (const form of [target, target.replaceAll(':', '%3A'), target.replaceAll(':', '%3a')]) {
      expect((await ask(served.url, form)).body.toString()).toBe('0123456789');
    }
  });

  it.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
    ['bytes=0-1,2-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=0-1,6-7', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
    ['nonsense', 200, '0123456789', undefined],
    ['bytes=10-', 416, '', 'bytes */10'],
  ])('answers the range %s with %d', async (range, status, text, contentRange) => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, segment);
    await using served = await serve(base.path);
    const answer = await ask(served.url, target, { headers: { range } });
    expect([answer.status, answer.body.toString(), answer.headers['content-range']]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  it('gives the whole where If-Range names other content, and the range where it names this one', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, segment);
    await using served = await serve(base.path);
    const { etag = '', 'last-modified': modified = '' } = (await ask(served.url, target)).headers;
    const statusFor = async (ifRange: string) =>
      (await ask(served.url, target, { headers: { range: 'bytes=0-1', 'if-range': ifRange } })).status;
    expect(await statusFor(etag)).toBe(206);
    expect(await statusFor(`W/${etag}`)).toBe(200);
    expect(await statusFor('"other"')).toBe(200);
    expect(await statusFor(modified)).toBe(206);
    expect(await statusFor('Fri, 01 Mar 2024 11:00:00 GMT')).toBe(200);
  });

  it('answers 304 to a tag or a date that still holds, the tag going first', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, segment);
    await using served = await serve(base.path);
    const { etag = '', 'last-modified': modified = '' } = (await ask(served.url, target)).headers;
    const statusFor = async (headers: Record<string, string>) => (await ask(served.url, target, { headers })).status;
    expect(await statusFor({ 'if-none-match': etag })).toBe(304);
    expect(await statusFor({ 'if-none-match': `"x", W/${etag}` })).toBe(304);
    expect(await statusFor({ 'if-none-match': '*' })).toBe(304);
    expect(await statusFor({ 'if-none-match': '"x"', 'if-modified-since': modified })).toBe(200);
    expect(await statusFor({ 'if-modified-since': modified })).toBe(304);
    expect(await statusFor({ 'if-modified-since': 'Fri, 01 Mar 2024 11:00:00 GMT' })).toBe(200);
  });

  it('gives another tag to a file that is shorter than the one of the same name elsewhere', async () => {
    await using base = await temporaryDirectory();
    await putFile(base.path, `demo/source/${HOUR}/${segment.name}`, '0123');
    await using served = await serve(base.path);
    const short = (await ask(served.url, target)).headers.etag;
    await putSegment(base.path, segment);
    expect((await ask(served.url, target)).headers.etag).not.toBe(short);
  });

  it('streams large content, whole, in ranges, and only the head for HEAD', async () => {
    await using base = await temporaryDirectory();
    const content = Buffer.alloc(LARGE_BYTES, 'abcdefg');
    await putFile(base.path, `demo/source/${HOUR}/${segment.name}`, content);
    await using served = await serve(base.path);
    expect((await ask(served.url, target)).body.equals(content)).toBe(true);
    const part = await ask(served.url, target, { headers: { range: 'bytes=300000-800000' } });
    expect(part.body.equals(content.subarray(300_000, 800_001))).toBe(true);
    const head = await ask(served.url, target, { method: 'HEAD' });
    expect([head.headers['content-length'], head.body.length]).toEqual([LARGE_BYTES.toString(), 0]);
  });

  it('sends head and body of a small segment in one write, again and again on one connection', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, segment);
    await using served = await serve(base.path);
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    for (let round = 0; round < 5; round++) {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const [packet] = (await once(socket, 'data')) as [Buffer];
      expect(packet.toString()).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n0123456789$/);
    }
    socket.destroy();
  });

  it('closes its file when the client leaves in the middle', async () => {
    await using base = await temporaryDirectory();
    const file = await putFile(base.path, `demo/source/${HOUR}/${segment.name}`, Buffer.alloc(32 * 1024 * 1024));
    await using served = await serve(base.path);
    const { port } = new URL(served.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    const isOpen = () =>
      readdirSync('/proc/self/fd').some((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`) === file;
        } catch {
          return false;
        }
      });
    await waitFor(() => !isOpen(), { timeoutMs: 10_000 });
  });

  it('serves what a tombstone hides, as nginx does, and stops when the file is gone', async () => {
    await using base = await temporaryDirectory();
    const file = await putSegment(base.path, segment);
    await putFile(base.path, `demo/source/${HOUR}/${tombstoneName(segment.name)}`);
    await using served = await serve(base.path);
    expect((await ask(served.url, target)).status).toBe(200);
    await unlink(file);
    expect((await ask(served.url, target)).status).toBe(404);
  });

  it.each([
    '/segments/.waybill/nodes.sqlite',
    '/segments/demo/../../etc/passwd',
    '/segments/%2e%2e/%2e%2e/etc/passwd',
    '/segments/..%2f..%2fetc%2fpasswd',
    '/segments/demo/source/.hidden.ts',
  ])('refuses %s with 403', async (bad) => {
    await using base = await temporaryDirectory();
    await putFile(base.path, '.waybill/nodes.sqlite', 'secret');
    await putFile(base.path, 'demo/source/.hidden.ts', 'secret');
    await using served = await serve(base.path);
    const { status, body } = await ask(served.url, bad);
    expect([status, body.toString()]).toEqual([403, 'Bad path: May not start with a period']);
  });

  it.each(['/segments/a%00b', '/segments/a%5C..%5Cb', '/segments//etc/passwd', `/segments/${'x'.repeat(600)}`])(
    'refuses %s, which no file here can be called',
    async (bad) => {
      await using base = await temporaryDirectory();
      await using served = await serve(base.path);
      const { status, headers } = await ask(served.url, bad);
      expect([status, headers['content-type']]).toEqual([403, 'application/problem+json; charset=utf-8']);
    },
  );

  it.each(['/segments/', '/segments/absent', '/segments/demo', `/segments/demo/source/${HOUR}`])(
    'knows no file %s',
    async (bad) => {
      await using base = await temporaryDirectory();
      await putSegment(base.path, segment);
      await using served = await serve(base.path);
      expect((await ask(served.url, bad)).status).toBe(404);
    },
  );

  it('gives chat as JSON, and keeps scripts among extras from acting in its name', async () => {
    await using base = await temporaryDirectory();
    const chat = makeChat(0, [{ time: 1 }]);
    await putSegment(base.path, chat);
    await putFile(base.path, 'coverage-maps/a.html', '<script>');
    await writeFile(path.join(base.path, 'odd'), 'x');
    await using served = await serve(base.path);
    expect((await ask(served.url, `/segments/demo/chat/${HOUR}/${chat.name}`)).headers['content-type']).toBe(
      'application/json; charset=utf-8',
    );
    expect((await ask(served.url, '/segments/coverage-maps/a.html')).headers).toMatchObject({
      'content-security-policy': 'sandbox allow-scripts',
      'cache-control': 'no-cache',
    });
    expect((await ask(served.url, '/segments/odd')).headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers other methods with 405', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const { status, headers } = await ask(served.url, target, { method: 'DELETE' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});
