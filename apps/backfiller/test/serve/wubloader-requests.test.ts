import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import type { TemporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawAnswer, Served } from './support.ts';
import { ask, parsePlaylist, serve } from './support.ts';

interface Recorded {
  case: string;
  request: { method: string; target: string; headers: [string, string][] };
  response: { status: number; headers: Record<string, string>; body: string | null };
}

interface RecordedArchive {
  mtime: number;
  emptyDirectories: string[];
  files: { path: string; size: number; label?: string; text?: string }[];
}

const fixture = async <Data>(name: string): Promise<Data> =>
  JSON.parse(await readFile(path.join(import.meta.dirname, 'fixtures', name), 'utf8')) as Data;
const recorded = await fixture<Recorded[]>('wubloader-requests.json');

/** Where our status is another one on purpose. */
const OTHER_STATUS: Readonly<Record<string, [status: number, why: string]>> = {
  'files-file-as-channel': [200, 'a stray file is no channel: `[]` instead of a server error'],
  'files-if-none-match': [304, 'listings have tags here'],
  'files-options': [204, 'a CORS preflight has no body'],
  'segment-options': [204, 'a CORS preflight has no body'],
  'files-slash-encoded': [403, 'an encoded slash is no separator: one component was asked for, and it is unsafe'],
  'master-bad-start': [400, 'a bad time is the client’s fault'],
  'media-bad-start': [400, 'a bad time is the client’s fault'],
  'media-empty-start': [400, 'a bad time is the client’s fault'],
  'media-badhour': [200, 'a stray directory is no hour'],
  'segment-hidden': [403, 'hidden files are nobody’s business'],
  'segment-dotdot': [403, 'a path may not lead up'],
  'segment-outside': [403, 'a path may not lead up'],
  'segment-if-none-match': [200, 'the tag was the other server’s'],
  'segment-if-range': [200, 'the tag was the other server’s'],
  'segment-range-bad': [200, 'RFC 9110 section 14.2: a Range that is none is not there'],
  'segment-range-multi': [200, 'RFC 9110 section 14.2: several ranges may be answered with the whole'],
};

/** Ranges whose end is not after their start: of nothing there is no end. */
const NO_RANGE = new Set(['media-end-before-start', 'media-end-equals-start', 'media-start-after-everything']);

const isTemp = (name: string): boolean => name.includes('-temp-');

async function rebuildArchive(base: string): Promise<void> {
  const { files, emptyDirectories, mtime } = await fixture<RecordedArchive>('wubloader-archive.json');
  for (const directory of emptyDirectories) await mkdir(path.join(base, directory), { recursive: true });
  for (const { path: file, size, label, text } of files) {
    const full = path.join(base, file);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, text ?? (label === undefined ? '' : contentOf(label, size)));
    await utimes(full, mtime, mtime);
  }
}

function contentOf(label: string, size: number): string {
  const line = `waybill-fixture ${label}\n`;
  return line.repeat(Math.ceil(size / line.length)).slice(0, size);
}

describe('a request that a wubloader restreamer has answered', () => {
  let base: TemporaryDirectory;
  let served: Served;
  beforeAll(async () => {
    base = await temporaryDirectory();
    await rebuildArchive(base.path);
    served = await serve(base.path);
  });
  afterAll(async () => {
    await served[Symbol.asyncDispose]();
    await base[Symbol.asyncDispose]();
  });

  const askRecorded = async ({ request: { method, target, headers } }: Recorded): Promise<RawAnswer> =>
    ask(served.url, target, { method, headers: Object.fromEntries(headers) });

  it.each(recorded.filter(({ case: name }) => name !== 'root'))(
    '$case gets the same status, but for listed differences',
    async (one) => {
      const answer = await askRecorded(one);
      expect(answer.status).toBe(OTHER_STATUS[one.case]?.[0] ?? one.response.status);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      expect(answer.headers['access-control-allow-methods']).toBe('GET,POST,HEAD');
      if (one.request.method !== 'OPTIONS') expect(answer.headers['waybill-protocol']).toBe('1');
    },
  );

  const plainErrors = recorded.filter(
    ({ case: name, response: { status, body } }) => status >= 400 && body !== null && OTHER_STATUS[name] === undefined,
  );
  it.each(plainErrors)('$case gets the same words', async (one) => {
    expect((await askRecorded(one)).body.toString()).toBe(one.response.body);
  });

  const listings = recorded.filter(
    ({ case: name, request, response }) =>
      /^(files|extras)/.test(name) &&
      request.method === 'GET' &&
      response.status === 200 &&
      !['files-slash-encoded', 'files-if-none-match'].includes(name),
  );
  it.each(listings)('$case gets the same names, sorted, without temp, hidden and stray ones', async (one) => {
    const { body } = await askRecorded(one);
    const expected = (JSON.parse(one.response.body ?? '') as string[]).filter(
      (name) => !isTemp(name) && !['stray.txt', '.hidden', 'not-an-hour'].includes(name),
    );
    expect(JSON.parse(body.toString())).toEqual(expected.sort());
  });

  const contents = recorded.filter(
    ({ case: name, response: { status } }) =>
      /^segment/.test(name) && [200, 206].includes(status) && OTHER_STATUS[name] === undefined,
  );
  it.each(contents.filter(({ request: { method } }) => method === 'GET'))('$case gets the same bytes', async (one) => {
    const { body, headers } = await askRecorded(one);
    expect(body.toString()).toBe(one.response.body);
    for (const name of ['content-length', 'content-range', 'last-modified', 'accept-ranges']) {
      if (one.response.headers[name] !== undefined) expect(headers[name]).toBe(one.response.headers[name]);
    }
  });

  it.each(recorded.filter(({ request: { method } }) => method === 'HEAD'))(
    '$case gets the same length and no body',
    async (one) => {
      const { body, headers } = await askRecorded(one);
      expect(body.length).toBe(0);
      if (/^segment/.test(one.case)) expect(headers['content-length']).toBe(one.response.headers['content-length']);
    },
  );

  const chats = recorded.filter(({ case: name, response }) => /^chat/.test(name) && response.status === 200);
  it.each(chats)('$case gets the same messages', async (one) => {
    expect(JSON.parse((await askRecorded(one)).body.toString())).toEqual(JSON.parse(one.response.body ?? ''));
  });

  const medias = recorded.filter(
    ({ case: name, request, response }) => /^media/.test(name) && response.status === 200 && request.method === 'GET',
  );
  it.each(medias)('$case gets the same segments, times, durations and discontinuities', async (one) => {
    const { body, headers } = await askRecorded(one);
    const at = new URL(one.request.target, served.url).href;
    const ours = parsePlaylist(body.toString(), at);
    const theirs = parsePlaylist(one.response.body ?? '', at);
    expect(ours.segments).toEqual(theirs.segments);
    expect(headers['content-type']).toBe('application/vnd.apple.mpegurl');
    // Theirs stays open for ever where the end is missing; this range has long passed, so that ours has ended.
    expect(ours.ended).toBe(theirs.ended || !NO_RANGE.has(one.case));
  });

  const masters = recorded.filter(({ case: name, response }) => /^master/.test(name) && response.status === 200);
  it.each(masters)('$case gets the same variants', async (one) => {
    const { body } = await askRecorded(one);
    const variants = (text: string) => {
      const lines = text.trimEnd().split('\n');
      const starts = [...lines.keys()].filter((index) => lines[index]?.startsWith('#EXT-X-MEDIA'));
      return starts.map((index) => [lines[index], lines[index + 1], resolved(lines[index + 2] ?? '')]).sort();
    };
    const resolved = (uri: string) => {
      const url = new URL(uri, new URL(one.request.target, served.url));
      return [url.pathname, ...[...url.searchParams].map(String)];
    };
    expect(body.toString().startsWith('#EXTM3U\n')).toBe(true);
    const [ours, theirs] = [variants(body.toString()), variants(one.response.body ?? '')];
    expect(ours.map(([media, stream]) => [media, stream])).toEqual(theirs.map(([media, stream]) => [media, stream]));
    expect(ours.map((variant) => variant[2]?.[0])).toEqual(theirs.map((variant) => variant[2]?.[0]));
    // Only the first of a repeated argument is passed on there; all of them here.
    for (const [index, variant] of theirs.entries())
      expect(ours[index]?.[2]).toEqual(expect.arrayContaining(variant[2] as string[]));
  });
});
