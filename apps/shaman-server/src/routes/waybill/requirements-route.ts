import { parseRequirementsRequestV3 } from '@waybill/shaman-protocol';
import type { FastifyInstance } from 'fastify';
import { countRequirements } from '../../server/count-requirements.ts';
import type { Services } from '../../server/services.ts';
import { DEFAULT_PIN_TTL_MS } from '../../state/pins.ts';
import { findMissing } from '../../uploads/find-missing.ts';
import { clientSignal } from '../client-signal.ts';
import { readJson } from '../read-json.ts';
import {
  answer,
  arrayOf,
  countSchema,
  objectOf,
  OWN_TAGS,
  problem,
  shaSchema,
  sizeSchema,
  textSchema,
} from './schemas.ts';

const file = { sha: shaSchema, size: sizeSchema, path: textSchema };

/** `POST /waybill/v1/requirements`: as in v3, and how long the files that are there stay so. */
export function addRequirementsRoute(app: FastifyInstance, services: Services): void {
  const { limits } = services;
  const schema = {
    ...{ summary: 'Which files of a checkout are still to be sent', tags: OWN_TAGS },
    body: objectOf({ files: arrayOf(objectOf(file)) }),
    response: {
      200: answer('Those that are missing; the others, and these once they are sent, stay for `pinnedForMs`.', {
        ...objectOf({ files: arrayOf(objectOf({ ...file, status: textSchema })), pinnedForMs: countSchema }),
      }),
      400: problem('The definition is not as it has to be.'),
    },
  };
  app.post('/requirements', { schema }, async (request, reply) => {
    const body = await readJson(request, reply, limits, limits.maxDefinitionBytes);
    const files = parseRequirementsRequestV3(body, { maxFiles: limits.maxDefinitionFiles });
    const missing = await findMissing(services, files, { signal: clientSignal(reply) });
    countRequirements(services.metrics, files.length, missing);
    const list = missing.map(({ sizeBytes, ...file }) => ({ ...file, size: sizeBytes }));
    return reply.type('application/json').send(JSON.stringify({ files: list, pinnedForMs: DEFAULT_PIN_TTL_MS }));
  });
}
