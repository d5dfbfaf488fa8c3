import { DEFAULT_BATCH_LIMITS, OWN_PROTOCOL_VERSION } from '@waybill/shaman-protocol';
import type { Capabilities } from '@waybill/shaman-protocol';
import type { FastifyInstance } from 'fastify';
import type { Services } from '../../server/services.ts';
import { answer, OWN_TAGS } from './schemas.ts';

/** `GET /waybill/v1/capabilities`: what this server can do beyond v2 and v3. */
export function addCapabilitiesRoute(app: FastifyInstance, { version, limits, store }: Services): void {
  const schema = {
    ...{ summary: 'What this server can do', tags: OWN_TAGS, security: [] },
    response: { 200: answer('What old clients see nothing of.', { type: 'object', additionalProperties: true }) },
  };
  const capabilities: Capabilities = {
    ...{ protocol: 'waybill', version: OWN_PROTOCOL_VERSION, server: `waybill-shaman-server/${version}` },
    ...{ maxFileBytes: limits.maxFileBytes, maxDefinitionFiles: limits.maxDefinitionFiles },
    contentEncodings: ['gzip', 'zstd'],
    batch: DEFAULT_BATCH_LIMITS,
    resumable: store.partials !== undefined,
  };
  const body = JSON.stringify(capabilities);
  app.get('/capabilities', { schema, exposeHeadRoute: false }, (_request, reply) =>
    reply.type('application/json').send(body),
  );
}
