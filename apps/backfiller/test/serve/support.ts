import http from 'node:http';
import { createLogger, createMetrics } from '@waybill/http-kit';
import { createServeApp } from '../../src/serve/create-serve-app.ts';
import type { ServeApp, ServeInit } from '../../src/serve/create-serve-app.ts';
import { openArchive } from '../archive/support.ts';
import type { FileArchive, FileArchiveInit } from '../../src/archive/file-archive.ts';

export interface Served extends AsyncDisposable {
  readonly app: ServeApp;
  readonly archive: FileArchive;
  readonly url: string;
}

/** A real server on a real socket over an archive in `base`. */
export async function serve(
  base: string,
  init: Partial<ServeInit> = {},
  archiveInit: Partial<FileArchiveInit> = {},
): Promise<Served> {
  const archive = await openArchive(base, archiveInit);
  const logger = createLogger({ name: 'test', level: 'silent' });
  const registry = createMetrics({ defaultMetrics: false } as never);
  const app = await createServeApp({ archive, logger, registry, version: '0.0.0', ...init });
  const { url } = await app.listen();
  const close = async (): Promise<void> => {
    await app.drain(1000);
    await archive.close();
  };
  return { app, archive, url, [Symbol.asyncDispose]: close };
}

export interface RawAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

export interface RawOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends the target as it is: no client normalises or encodes it. */
export async function ask(
  url: string,
  target: string,
  { method = 'GET', headers = {}, body }: RawOptions = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path: target, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

export async function askJson<Body>(url: string, target: string, options?: RawOptions): Promise<Body> {
  const { status, body } = await ask(url, target, options);
  if (status !== 200) throw new Error(`${target}: ${status.toString()} ${body.toString()}`);
  return JSON.parse(body.toString()) as Body;
}

export interface ParsedPlaylist {
  tags: Map<string, string>;
  segments: { uri: string; time: string; seconds: number; discontinuity: boolean }[];
  ended: boolean;
}

/** URIs are resolved against the playlist's own. */
export function parsePlaylist(text: string, playlistUrl: string): ParsedPlaylist {
  const tags = new Map<string, string>();
  const segments: ParsedPlaylist['segments'] = [];
  let next = { time: '', seconds: 0, discontinuity: false };
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [tag = '', value = ''] = line.startsWith('#') ? splitTag(line) : [];
    if (tag === '#EXT-X-PROGRAM-DATE-TIME') next.time = value;
    else if (tag === '#EXTINF') next.seconds = Number(value.split(',')[0]);
    else if (tag === '#EXT-X-DISCONTINUITY') next.discontinuity = true;
    else if (tag !== '') tags.set(tag, value);
    else {
      segments.push({ uri: new URL(line, playlistUrl).pathname, ...next });
      next = { time: '', seconds: 0, discontinuity: false };
    }
  }
  return { tags, segments, ended: tags.has('#EXT-X-ENDLIST') };
}

function splitTag(line: string): [string, string] {
  const colon = line.indexOf(':');
  return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
}
