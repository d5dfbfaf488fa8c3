import type { FastifyInstance } from 'fastify';
import { isHour } from '@waybill/segments';
import type { HourListing } from '../../archive/archive.ts';
import { refuseHidden, sendText } from '../plain-text.ts';
import { firstOf } from '../query.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, namesResponse, objectOf, paramsOf, stringSchema } from './schemas.ts';

const TOMBSTONE = '.tombstone';

/** /files/…: listings as a wubloader node gives them (spec section 1.2), sorted, and with tags. */
export function addFilesRoutes(app: FastifyInstance, { archive, bodies }: ServeContext): void {
  const describe = (summary: string, ...params: string[]) => ({
    ...{ summary, tags: COMPATIBLE, response: namesResponse },
    ...(params.length > 0 && { params: paramsOf(...params) }),
  });

  getRoute(app, '/files', describe('Directories of channels and extras'), async (request, reply) => {
    return bodies.sendNames(request, reply, await archive.listChannels());
  });

  getRoute(app, '/files/:channel', describe('Qualities of a channel', 'channel'), async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '' } = request.params;
    return bodies.sendNames(request, reply, await archive.listQualities(channel));
  });

  getRoute(
    app,
    '/files/:channel/:quality',
    describe('Valid hours of a quality', 'channel', 'quality'),
    async (request, reply) => {
      if (refuseHidden(reply, request.params)) return reply;
      const { channel = '', quality = '' } = request.params;
      return bodies.sendNames(request, reply, await archive.listHours(channel, quality));
    },
  );

  const hourSchema = {
    ...describe('Segments and chat batches of an hour', 'channel', 'quality', 'hour'),
    querystring: objectOf({
      tombstones: { ...stringSchema, description: '`true` lists tombstones too; default `false`.' },
    }),
  };
  getRoute(app, '/files/:channel/:quality/:hour', hourSchema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const tombstones = (firstOf(request.query, 'tombstones') ?? 'false').toLowerCase();
    if (tombstones !== 'true' && tombstones !== 'false')
      return sendText(reply, 400, 'tombstones must be one of: true, false');
    const { channel = '', quality = '', hour = '' } = request.params;
    if (!isHour(hour)) return bodies.sendNames(request, reply, []);
    const listing = await archive.listHour(channel, quality, hour);
    if (tombstones === 'true') return bodies.send(request, reply, listing.digest, () => listing.json);
    return bodies.send(request, reply, `${listing.digest}.n`, () => withoutTombstones(listing));
  });
}

function withoutTombstones(listing: HourListing): Buffer {
  if (!listing.json.includes(TOMBSTONE)) return listing.json;
  return Buffer.from(JSON.stringify(listing.names.filter((name) => !name.endsWith(TOMBSTONE))));
}
