import { decode } from 'fast-png';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { HOUR, makeSegment, putSegment } from '../archive/support.ts';
import { ask, askJson, serve } from './support.ts';

const PATH = '/coverage/demo/source.png';

describe('GET /coverage/CH/Q.png', () => {
  it('draws the hours that are there, or that are asked for, as they are now', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path);
    const { headers, body } = await ask(served.url, PATH);
    expect(headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-cache' });
    expect(decode(body)).toMatchObject({ width: 6, height: 300 });
    const day = await ask(served.url, `${PATH}?first-hour=2024-03-01T00&last-hour=2024-03-01T23`);
    expect(decode(day.body)).toMatchObject({ width: 144, height: 300 });
    await putSegment(base.path, makeSegment(2));
    const later = await ask(served.url, PATH);
    expect(later.headers.etag).not.toBe(headers.etag);
    expect([decode(body).data[2], decode(later.body).data[2]]).toEqual([0, 64]);
  });

  it('answers 304 to whoever has it', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path);
    const { etag = '' } = (await ask(served.url, PATH)).headers;
    const { status, body } = await ask(served.url, PATH, { headers: { 'if-none-match': etag } });
    expect([status, body.length]).toEqual([304, 0]);
  });

  it.each([
    ['/coverage/demo/absent.png', 404],
    ['/coverage/demo/absent/report.json', 404],
    ['/coverage/.waybill/source.png', 403],
    ['/coverage/demo/..%2F..%2Fsource.png', 403],
    [`${PATH}?first-hour=yesterday`, 400],
    [`${PATH}?first-hour=2024-03-01T24`, 400],
    [`${PATH}?first-hour=2024-03-01T11&last-hour=2024-03-01T10`, 400],
  ])('answers %s with %i', async (target, status) => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path);
    expect((await ask(served.url, target)).status).toBe(status);
  });

  it('wants the token that the others want', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path, { tokens: ['secret'] });
    for (const target of [PATH, '/coverage/', '/coverage/demo/source/report.json'])
      expect((await ask(served.url, target)).status).toBe(401);
    const headers = { authorization: 'Bearer secret' };
    expect((await ask(served.url, '/coverage/', { headers })).status).toBe(200);
  });
});

describe('GET /coverage/', () => {
  it('is a page with all that it needs', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const { status, headers } = await ask(served.url, '/coverage');
    expect([status, headers.location]).toEqual([302, 'coverage/']);
    const page = await ask(served.url, '/coverage/');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'self'") as string,
    });
    const needed = [...page.body.toString().matchAll(/(?:src|href)="([\w.]+)"/g)].map(([, name = '']) => name);
    expect(needed).toEqual(['style.css', 'page.js']);
    const types = await Promise.all(needed.map(async (name) => (await ask(served.url, `/coverage/${name}`)).headers));
    expect(types.map((one) => one['content-type'])).toEqual([
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
  });

  it('finds the numbers to each map', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await putSegment(base.path, makeSegment(4));
    await using served = await serve(base.path);
    expect(await askJson(served.url, '/coverage/demo/source/report.json')).toMatchObject({
      coveredMicros: 4_000_000,
      holes: [{ start: `${HOUR}:00:02.000000Z`, end: `${HOUR}:00:04.000000Z`, micros: 2_000_000 }],
    });
  });
});
