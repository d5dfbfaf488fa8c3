import { Readable } from 'node:stream';
import { parseHour } from '@waybill/segments';
import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuseHidden, sendText } from '../plain-text.ts';
import type { LivePlaylist } from '../playlist/live-playlist.ts';
import { masterPlaylist } from '../playlist/master-playlist.ts';
import { ENDLIST, finishedPlaylist, longestMicrosOf } from '../playlist/media-playlist.ts';
import { RunCache } from '../playlist/render-segments.ts';
import { firstOf, queryText } from '../query.ts';
import { parseOptionalTime } from '../query-time.ts';
import type { QueriedRange } from '../range-of-query.ts';
import { rangeOfQuery } from '../range-of-query.ts';
import type { RangePlace } from '../range-sequence.ts';
import { rangeSequence } from '../range-sequence.ts';
import type { RangeWindow } from '../range-windows.ts';
import { rangeWindows } from '../range-windows.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, paramsOf, rangeQuery, textResponse } from './schemas.ts';

const MEDIA_TYPE = 'application/vnd.apple.mpegurl';
const HOUR_MICROS = 3_600_000_000;
const MAX_IMPLICIT_MICROS = 12 * HOUR_MICROS;
/** An open range ends this long after the last hour began, so that a stream that goes on never seems to have ended. */
const OPEN_HOURS = 2;

/** What is longer is given as it is now, without an end while one is not certain: what viewers saw is not remembered. */
const MAX_LIVE_MICROS = 48 * HOUR_MICROS;

/** What segments may take to arrive; afterwards a hole is final. Spec section 5. */
export const HOLD_BACK_MICROS = 15_000_000;

/** /playlist/…: HLS (RFC 8216). docs/protocols/node-http.md says when a playlist is live, and when it has ended. */
export function addPlaylistRoutes(app: FastifyInstance, context: ServeContext): void {
  const { archive } = context;
  const runs = new RunCache();
  const response = textResponse('A playlist.', MEDIA_TYPE);
  const master = {
    summary: 'Master playlist: one variant per quality',
    tags: COMPATIBLE,
    params: paramsOf('channel'),
    querystring: rangeQuery,
    response,
  };
  getRoute(app, '/playlist/:channel.m3u8', master, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '' } = request.params;
    if (!(await archive.listChannels()).includes(channel)) return sendMissing(reply);
    const start = parseOptionalTime('start', firstOf(request.query, 'start'));
    const end = parseOptionalTime('end', firstOf(request.query, 'end'));
    const qualities = (await archive.listQualities(channel)).filter((quality) => quality !== 'chat');
    const offered = await Promise.all(
      qualities.map(async (quality) => mayHold(await archive.listHours(channel, quality), start, end)),
    );
    const text = masterPlaylist(
      channel,
      qualities.filter((_quality, index) => offered[index]),
      queryText(request.query),
    );
    return reply.type(MEDIA_TYPE).header('cache-control', 'no-cache').send(Buffer.from(text));
  });

  const media = {
    summary: 'Media playlist',
    tags: COMPATIBLE,
    params: paramsOf('channel', 'quality'),
    querystring: rangeQuery,
    response,
  };
  getRoute(app, '/playlist/:channel/:quality.m3u8', media, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '', quality = '' } = request.params;
    if (!(await archive.listQualities(channel)).includes(quality)) return sendMissing(reply);
    const place = { channel, quality, existing: await archive.listHours(channel, quality) };
    const range = rangeOfQuery(request.query, place.existing, OPEN_HOURS);
    if (range === undefined) return sendMissing(reply);
    if (!range.explicit && range.endMicros - range.startMicros > MAX_IMPLICIT_MICROS) {
      return sendText(reply, 400, 'Implicit range may not be longer than 12 hours');
    }
    const lines = await mediaLines(context, runs, place, range);
    reply.type(MEDIA_TYPE).header('cache-control', 'no-cache');
    return reply.send(Readable.from(asBytes(lines), { objectMode: false, highWaterMark: 1 }));
  });
}

async function mediaLines(
  context: ServeContext,
  runs: RunCache,
  place: RangePlace,
  range: QueriedRange,
): Promise<Iterable<string> | AsyncIterable<string>> {
  const { startMicros, endMicros } = range;
  const key = liveKey(place, range);
  // An end that time has passed is an end, whatever is missing: what still arrives is backfilled, not live.
  const passed = context.now() * 1000 >= endMicros + HOLD_BACK_MICROS;
  const mayBeLive = endMicros - startMicros <= MAX_LIVE_MICROS && (!passed || context.livePlaylists.has(key));
  const lines = mayBeLive ? await liveLines(context, place, range, key, passed) : undefined;
  return lines ?? (await storedLines(context, runs, place, range, passed));
}

async function storedLines(
  { sequences }: ServeContext,
  runs: RunCache,
  place: RangePlace,
  { startMicros, endMicros }: QueriedRange,
  passed: boolean,
): Promise<AsyncIterable<string>> {
  const windows = (): AsyncIterable<RangeWindow> => rangeWindows(sequences, place, startMicros, endMicros);
  let longestMicros = 0;
  let count = 0;
  let only: RangeWindow | undefined;
  let complete = false;
  for await (const window of windows()) {
    longestMicros = Math.max(longestMicros, longestMicrosOf(window.sequence));
    complete = window.sequence.length > 0 && window.sequence.at(-1) !== null;
    // Several are looked at once more rather than held.
    only = ++count === 1 ? window : undefined;
  }
  const { channel, quality } = place;
  const ended = endMicros > startMicros && (passed || complete);
  return finishedPlaylist({
    channel,
    quality,
    longestMicros,
    windows: only === undefined ? windows() : [only],
    runs,
    ended,
  });
}

/** Undefined where the range is complete and nobody watches it grow. */
async function liveLines(
  context: ServeContext,
  place: RangePlace,
  range: QueriedRange,
  key: string,
  passed: boolean,
): Promise<Iterable<string> | undefined> {
  const { livePlaylists, sequences, now, logger } = context;
  const { channel, quality, existing } = place;
  const watched = livePlaylists.has(key);
  return livePlaylists.use(key, channel, quality, async (playlist) => {
    const { sequence } = await rangeSequence(
      sequences,
      place,
      playlist.last?.startMicros ?? range.startMicros,
      range.endMicros,
    );
    const complete = isComplete(playlist, sequence);
    if (!watched && complete) {
      livePlaylists.forget(key);
      return undefined;
    }
    const omittedBefore = playlist.omitted;
    playlist.append(sequence, now() * 1000);
    if (playlist.omitted > omittedBefore && omittedBefore === 0) {
      logger.warn({ channel, quality }, 'A live playlist leaves out segments that are longer than its TARGETDURATION');
    }
    if (existing[0] !== undefined) playlist.dropHoursBefore(existing[0]);
    const ended = passed || (complete && isShownToTheEnd(playlist, range));
    if (ended) livePlaylists.finish(key);
    return ended ? [...playlist.render(), ENDLIST] : playlist.render();
  });
}

/** Whether the best sequence reaches the end of the range, so that nothing more can come. */
function isComplete(playlist: LivePlaylist, sequence: readonly unknown[]): boolean {
  return sequence.length > 0 ? sequence.at(-1) !== null : playlist.last !== undefined;
}

function isShownToTheEnd({ last }: LivePlaylist, { endMicros }: QueriedRange): boolean {
  return last !== undefined && last.endMicros >= endMicros;
}

function liveKey({ channel, quality }: RangePlace, range: QueriedRange): string {
  const start = range.explicitStart ? range.startMicros.toString() : 'first';
  const end = range.explicitEnd ? range.endMicros.toString() : 'open';
  return `${channel}/${quality}?${start}-${end}`;
}

/** Whether a quality has something in the range, by whole hours; without a range, also where it has no hour yet. */
function mayHold(hours: readonly string[], start: number | undefined, end: number | undefined): boolean {
  if (start === undefined && end === undefined) return true;
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) return false;
  const startsTooLate = start !== undefined && parseHour(last) + HOUR_MICROS < start;
  return !startsTooLate && (end === undefined || end >= parseHour(first));
}

function sendMissing(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 404, { detail: 'There is nothing of that name.' });
}

/** Made as they are read: a viewer who leaves costs nothing more. */
async function* asBytes(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer, void, undefined> {
  for await (const text of lines) if (text !== '') yield Buffer.from(text);
}
