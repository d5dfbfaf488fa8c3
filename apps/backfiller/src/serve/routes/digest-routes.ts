import type { FastifyInstance, FastifyReply } from 'fastify';
import { PROTOCOL_VERSION } from '../../wire/protocol.ts';
import { matchesEtag } from '../etag.ts';
import { refuseHidden } from '../plain-text.ts';
import type { ServeContext } from '../serve-context.ts';
import type { GetRequest } from './get-route.ts';
import { getRoute } from './get-route.ts';
import { mapOf, objectOf, OWN, paramsOf, stringSchema } from './schemas.ts';

const common = { protocol: { type: 'integer' }, digest: stringSchema };
const rootSchema = objectOf({ ...common, node: stringSchema, qualities: mapOf(stringSchema) });
const qualitySchema = objectOf({
  ...common,
  hours: mapOf(objectOf({ digest: stringSchema, count: { type: 'integer' } })),
});

/** /digest: whether anything changed, in one request for a whole archive. docs/protocols/node-http.md */
export function addDigestRoutes(app: FastifyInstance, { archive, instance }: ServeContext): void {
  const root = {
    summary: 'Digest of the whole archive',
    tags: OWN,
    response: { 200: { description: 'By quality.', ...rootSchema } },
  };
  getRoute(app, '/digest', root, async (request, reply) => {
    const { digest, qualities } = await archive.rootDigest();
    return sendTagged(request, reply, digest, () => ({
      ...{ protocol: PROTOCOL_VERSION, node: instance, digest },
      qualities: Object.fromEntries(qualities),
    }));
  });

  const quality = {
    ...{ summary: 'Digests of the hours of a quality', tags: OWN, params: paramsOf('channel', 'quality') },
    response: { 200: { description: 'By hour.', ...qualitySchema } },
  };
  getRoute(app, '/digest/:channel/:quality', quality, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '', quality: qualityName = '' } = request.params;
    const { digest, hours } = await archive.qualityDigest(channel, qualityName);
    return sendTagged(request, reply, digest, () => ({
      ...{ protocol: PROTOCOL_VERSION, digest },
      hours: Object.fromEntries(
        Array.from(hours, ([hour, entry]) => [hour, { digest: entry.digest, count: entry.count }]),
      ),
    }));
  });
}

function sendTagged(request: GetRequest, reply: FastifyReply, digest: string, body: () => unknown): FastifyReply {
  const tag = `"${digest}"`;
  reply.header('etag', tag).header('cache-control', 'no-cache');
  if (matchesEtag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(Buffer.from(JSON.stringify(body())));
}
