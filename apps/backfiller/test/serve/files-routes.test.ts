import { gunzipSync } from 'node:zlib';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { tombstoneName } from '@waybill/segments';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { HOUR, makeSegment, putFile, putSegment } from '../archive/support.ts';
import { ask, askJson, serve } from './support.ts';

const hourTarget = `/files/demo/source/${HOUR}`;

describe('GET /files', () => {
  it('lists directories only, sorted, as JSON', async () => {
    await using base = await temporaryDirectory();
    await putFile(base.path, 'stray.txt');
    await putFile(base.path, '.waybill/lock');
    for (const name of ['zebra', 'emotes', 'demo']) await mkdir(path.join(base.path, name));
    await using served = await serve(base.path);
    const { headers, body } = await ask(served.url, '/files');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body.toString())).toEqual(['demo', 'emotes', 'zebra']);
  });

  it('lists nothing, with status 200, where there is nothing', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(path.join(base.path, 'absent'));
    for (const target of [
      '/files',
      '/files/x',
      '/files/x/y',
      `/files/x/y/${HOUR}`,
      '/files/x/y/no-hour',
      '/extras/x',
    ]) {
      expect(await askJson(served.url, target)).toEqual([]);
    }
  });

  it('lists valid hours only, so that a wubloader node with --start does not choke on a stray directory', async () => {
    await using base = await temporaryDirectory();
    for (const name of [HOUR, 'lost+found', '2024-03-01T25', '2024-03-01'])
      await mkdir(path.join(base.path, 'demo/source', name), { recursive: true });
    await using served = await serve(base.path);
    expect(await askJson(served.url, '/files/demo/source')).toEqual([HOUR]);
  });

  it('lists tombstones on request, in any letter case', async () => {
    await using base = await temporaryDirectory();
    const [shown, hidden] = [makeSegment(0), makeSegment(2)];
    await putSegment(base.path, shown);
    await putSegment(base.path, hidden);
    await putFile(base.path, `demo/source/${HOUR}/${tombstoneName(hidden.name)}`);
    await using served = await serve(base.path);
    expect(await askJson(served.url, hourTarget)).toEqual([shown.name]);
    expect(await askJson(served.url, `${hourTarget}?tombstones=FALSE`)).toEqual([shown.name]);
    expect(await askJson(served.url, `${hourTarget}?tombstones=True`)).toEqual([
      shown.name,
      tombstoneName(hidden.name),
    ]);
  });

  it('answers 304 while nothing changed, and the new list after a change', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path);
    for (const target of ['/files', '/files/demo', '/files/demo/source', hourTarget, `${hourTarget}?tombstones=true`]) {
      const { etag = '' } = (await ask(served.url, target)).headers;
      const again = await ask(served.url, target, { headers: { 'if-none-match': etag } });
      expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    }
    const { etag = '' } = (await ask(served.url, hourTarget)).headers;
    await putSegment(base.path, makeSegment(2));
    const changed = await ask(served.url, hourTarget, { headers: { 'if-none-match': etag } });
    expect([changed.status, (JSON.parse(changed.body.toString()) as string[]).length]).toEqual([200, 2]);
  });

  it('never answers 304 for a list that changed within a tick of the clock', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    let tag = '';
    for (let second = 0; second < 60; second++) {
      await putSegment(base.path, makeSegment(second));
      const { status, headers } = await ask(served.url, hourTarget, { headers: { 'if-none-match': tag } });
      expect(status).toBe(200);
      tag = headers.etag ?? '';
    }
  });

  it('compresses large lists for those who ask, under a tag of their own', async () => {
    await using base = await temporaryDirectory();
    for (let second = 0; second < 60; second++) await putSegment(base.path, makeSegment(second));
    await using served = await serve(base.path);
    const plain = await ask(served.url, hourTarget);
    const zipped = await ask(served.url, hourTarget, { headers: { 'accept-encoding': 'gzip, deflate' } });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    expect(zipped.headers.etag).not.toBe(plain.headers.etag);
    expect(zipped.headers.vary).toBe('Accept-Encoding');
    for (const refusal of ['identity', 'gzip;q=0', 'br']) {
      expect(
        (await ask(served.url, hourTarget, { headers: { 'accept-encoding': refusal } })).headers['content-encoding'],
      ).toBeUndefined();
    }
    const { status } = await ask(served.url, hourTarget, {
      headers: { 'accept-encoding': 'gzip', 'if-none-match': zipped.headers.etag ?? '' },
    });
    expect(status).toBe(304);
  });

  it.each([
    ['/files/.waybill', 'Bad channel: May not start with a period'],
    ['/files/demo/..', 'Bad quality: May not start with a period'],
    ['/files/demo/source/.x', 'Bad hour: May not start with a period'],
    ['/extras/.git', 'Bad dir: May not start with a period'],
    ['/files/%2e%2e', 'Bad channel: May not start with a period'],
    ['/digest/../x', 'Bad channel: May not start with a period'],
    ['/coverage/.x/y.json', 'Bad channel: May not start with a period'],
  ])('refuses %s with 403', async (target, text) => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const { status, body } = await ask(served.url, target);
    expect([status, body.toString()]).toEqual([403, text]);
  });
});

describe('the server', () => {
  it('lets nobody in without a token where tokens are set, but for health and metrics', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path, { tokens: ['sesame'] });
    for (const target of [
      '/files',
      '/digest',
      '/events',
      '/segments/ch/source/2026-01-01T00/x.ts',
      '/playlist/ch.m3u8',
    ])
      expect((await ask(served.url, target)).status, target).toBe(401);
    const json = { 'content-type': 'application/json' };
    expect((await ask(served.url, '/batch', { method: 'POST', headers: json, body: '{}' })).status).toBe(401);
    expect((await ask(served.url, '/files', { headers: { authorization: 'Bearer sesame' } })).status).toBe(200);
    expect((await ask(served.url, '/livez')).status).toBe(200);
  });

  it('shows its metrics also where nginx looked for those of the restreamer', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    await ask(served.url, '/files');
    expect((await ask(served.url, '/metrics/restreamer')).body.toString()).toContain('http_request_latency_all');
  });
});
