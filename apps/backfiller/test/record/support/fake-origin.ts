import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PACKET_BYTES, SYNC_BYTE } from '../../../src/cut/mpeg-ts/packet.ts';

/** What goes wrong with one answer for a segment. */
export type SegmentFault =
  | 'cut'
  | 'cut-early'
  | 'hang'
  | 'error'
  | 'gone'
  | 'empty'
  | 'long'
  | 'redirect'
  | 'gzip'
  | 'dribble'
  | 'stop-halfway'
  | WrongContent;

/** What is no MPEG-TS, with status 200. */
export type WrongContent = keyof typeof WRONG_CONTENTS;

const WRONG_CONTENTS = {
  'an HTML page': '<!DOCTYPE html><title>Bad gateway</title>'.padEnd(2000),
  'a text that begins like MPEG-TS': 'Gateway timeout',
  'one that is longer than a packet': 'Gateway timeout'.padEnd(500, '!'),
  'packed audio': `ID3\x04${'a'.repeat(500)}`,
};

export interface OriginSegment {
  readonly startMs: number;
  readonly seconds: number;
  readonly content: Buffer;
  /** Lines in front of EXTINF. */
  readonly tags: readonly string[];
  readonly title: string;
  /** Taken one by one; then all goes well. */
  readonly faults: SegmentFault[];
  /** Where it stands in the one file that byte ranges are of. */
  readonly offset: number;
}

export interface AddOptions {
  /** Put into packets. */
  readonly content?: string;
  readonly tags?: readonly string[];
  readonly title?: string;
  readonly faults?: readonly SegmentFault[];
  /** Seconds between the end of the last one and this one. */
  readonly jumpSeconds?: number;
}

export const ORIGIN_START_MS = Date.UTC(2024, 2, 1, 10, 59, 50);
const KEY = Buffer.from('0123456789abcdef');

/** A live HLS server on 127.0.0.1 that fails as it is told to. */
export class FakeOrigin implements AsyncDisposable {
  readonly #server: Server;
  readonly segments: OriginSegment[] = [];
  /** Paths with queries, in the order of the requests. */
  readonly requests: string[] = [];
  /** Segments that a playlist shows. */
  windowSize = 5;
  ended = false;
  encrypted = false;
  byteRanges = false;
  /** Answers ranges with the whole file. */
  ignoresRanges = false;
  segmentSeconds = 2;
  targetSeconds = 0.1;
  withTimes = true;
  extraTags: string[] = [];
  /** Media URLs with an older token are refused. */
  firstToken = 0;
  /** All answers are this status. */
  status: number | undefined;
  /** Answers for the master playlist alone are this status. */
  masterStatus = 200;
  etags = false;
  /** The master playlist says that all sound has URIs of its own. */
  soundApart = false;
  #tokens = 0;
  #firstSequence = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeOrigin> {
    const server = createServer();
    const origin = new FakeOrigin(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => origin.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get masterUrl(): string {
    return `${this.url}/master.m3u8`;
  }

  get mediaUrl(): string {
    return `${this.url}/media.m3u8`;
  }

  /** The next segment appears. */
  add({ content, tags = [], title = 'live', faults = [], jumpSeconds = 0 }: AddOptions = {}): OriginSegment {
    const last = this.segments.at(-1);
    const startMs =
      last === undefined ? ORIGIN_START_MS : last.startMs + Math.round((last.seconds + jumpSeconds) * 1000);
    const bytes = packetsOf(content ?? `segment ${this.segments.length} ${'.'.repeat(2000)}`);
    const offset = last === undefined ? 0 : last.offset + last.content.length;
    const segment = { startMs, seconds: this.segmentSeconds, content: bytes, tags, title, faults: [...faults], offset };
    this.segments.push(segment);
    return segment;
  }

  addMany(count: number): void {
    for (let index = 0; index < count; index += 1) this.add();
  }

  /** From now on sequence numbers are others, as behind another edge server. */
  shiftSequence(by: number): void {
    this.#firstSequence += by;
  }

  mediaPlaylist(token: string): string {
    const first = Math.max(0, this.segments.length - this.windowSize);
    const lines = ['#EXTM3U', '#EXT-X-VERSION:4', `#EXT-X-TARGETDURATION:${this.targetSeconds}`];
    lines.push(`#EXT-X-MEDIA-SEQUENCE:${first + this.#firstSequence}`, ...this.extraTags);
    if (this.encrypted) lines.push(`#EXT-X-KEY:METHOD=AES-128,URI="key?token=${token}"`);
    for (const [index, segment] of this.segments.entries())
      if (index >= first) lines.push(...this.#segmentLines(segment, index, token));
    if (this.ended) lines.push('#EXT-X-ENDLIST');
    return `${lines.join('\n')}\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #segmentLines(segment: OriginSegment, index: number, token: string): string[] {
    const { startMs, seconds, title, tags, content, offset } = segment;
    const time = this.withTimes ? [`#EXT-X-PROGRAM-DATE-TIME:${new Date(startMs).toISOString()}`] : [];
    const range = this.byteRanges ? [`#EXT-X-BYTERANGE:${content.length}@${offset}`] : [];
    const uri = this.byteRanges ? 'all.ts' : `segments/${index}.ts`;
    return [...tags, ...time, `#EXTINF:${seconds.toFixed(3)},${title}`, ...range, `${uri}?token=${token}`];
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    this.requests.push(request.url ?? '');
    const token = searchParams.get('token') ?? '0';
    if (this.status !== undefined) response.writeHead(this.status).end();
    else if (pathname === '/master.m3u8') this.#sendMaster(response);
    else if (Number(token) < this.firstToken) response.writeHead(403).end('expired');
    else if (pathname === '/media.m3u8') this.#sendPlaylist(request, response, token);
    else if (pathname === '/key') response.end(KEY);
    else if (pathname === '/all.ts') this.#sendRange(request, response);
    else this.#sendSegment(request, response, Number(/(\d+)\.ts$/.exec(pathname)?.[1] ?? NaN));
  }

  #sendMaster(response: ServerResponse): void {
    this.#tokens += 1;
    const [media, audio] = this.soundApart
      ? ['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="s",URI="sound.m3u8"\n', ',AUDIO="s"']
      : ['', ''];
    const variant = (name: string, size: string, rate: number): string =>
      `#EXT-X-STREAM-INF:BANDWIDTH=${rate},RESOLUTION=${size},NAME="${name}"${audio}\nmedia.m3u8?token=${this.#tokens}&name=${name}\n`;
    response.writeHead(this.masterStatus);
    response.end(`#EXTM3U\n${media}${variant('480p', '854x480', 1_400_000)}${variant('best', '1920x1080', 6_000_000)}`);
  }

  #sendPlaylist(request: IncomingMessage, response: ServerResponse, token: string): void {
    const text = this.mediaPlaylist(token);
    const etag = `"${this.segments.length}-${String(this.ended)}"`;
    if (!this.etags) response.end(text);
    else if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(text);
  }

  #sendRange(request: IncomingMessage, response: ServerResponse): void {
    const all = Buffer.concat(this.segments.map(({ content }) => content));
    const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    if (this.ignoresRanges) response.end(all);
    else {
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${all.length}` });
      response.end(all.subarray(Number(from), Number(to) + 1));
    }
  }

  #sendSegment(request: IncomingMessage, response: ServerResponse, index: number): void {
    const segment = this.segments[index];
    if (segment === undefined) {
      response.writeHead(404).end();
      return;
    }
    const content = this.encrypted ? encrypt(segment.content, index + this.#firstSequence) : segment.content;
    const fault = request.url?.includes('moved') === true ? undefined : segment.faults.shift();
    const half = content.subarray(0, content.length / 2);
    switch (fault) {
      case undefined:
        response.end(content);
        break;
      case 'cut':
        response.writeHead(200, { 'content-length': content.length });
        response.write(half, () => setTimeout(() => response.destroy(), 20));
        break;
      case 'cut-early':
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.subarray(0, 10), () => setTimeout(() => response.destroy(), 20));
        break;
      case 'stop-halfway':
        response.writeHead(200, { 'content-length': content.length }).write(half);
        break;
      case 'hang':
        break;
      case 'error':
        response.writeHead(503).end();
        break;
      case 'gone':
        response.writeHead(404).end();
        break;
      case 'empty':
        response.writeHead(200, { 'content-length': 0 }).end();
        break;
      case 'long':
        response.writeHead(200, { 'content-length': content.length + 10 });
        response.write(content, () => setTimeout(() => response.destroy(), 20));
        break;
      case 'redirect':
        response.writeHead(302, { location: `/moved/${index}.ts` }).end();
        break;
      case 'gzip':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
        break;
      case 'dribble':
        dribble(response, content);
        break;
      default:
        this.#sendWrong(response, WRONG_CONTENTS[fault], index);
    }
  }

  #sendWrong(response: ServerResponse, text: string, index: number): void {
    const bytes = Buffer.from(text, 'latin1');
    response.end(this.encrypted ? encrypt(bytes, index + this.#firstSequence) : bytes);
  }
}

/** As much of MPEG-TS as a recorder looks at. */
function packetsOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / (PACKET_BYTES - 1));
  const packets = Array.from({ length: count }, (_, at) => {
    const packet = Buffer.alloc(PACKET_BYTES, 0xff);
    packet[0] = SYNC_BYTE;
    bytes.copy(packet, 1, at * (PACKET_BYTES - 1), (at + 1) * (PACKET_BYTES - 1));
    return packet;
  });
  return Buffer.concat(packets);
}

function encrypt(content: Buffer, sequence: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeUInt32BE(sequence, 12);
  const cipher = createCipheriv('aes-128-cbc', KEY, iv);
  return Buffer.concat([cipher.update(content), cipher.final()]);
}

function dribble(response: ServerResponse, content: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(content.subarray(sent, sent + 1));
    sent += 1;
  }, 20);
  response.on('close', () => clearInterval(timer));
}
