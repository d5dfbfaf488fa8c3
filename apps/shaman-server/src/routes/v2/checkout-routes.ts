import {
  CONTENT_TYPES,
  formatRequirementsV2,
  parseCheckoutIdV2,
  parseDefinitionV2,
  parseFilePath,
} from '@waybill/shaman-protocol';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MissingFilesError } from '../../checkouts/checkout-errors.ts';
import type { Services } from '../../server/services.ts';
import { countRequirements } from '../../server/count-requirements.ts';
import { findMissing } from '../../uploads/find-missing.ts';
import { clientSignal } from '../client-signal.ts';
import { readBody } from '../open-body.ts';
import { sendText } from './v2-errors.ts';

/** EXACTLY this, in the original as well (spec section 1.1). */
const { definitionV2: DEFINITION_TYPE } = CONTENT_TYPES;

/** `POST checkout/requirements` and `POST checkout/create/{id}` (spec section 1.1). */
export function addV2CheckoutRoutes(app: FastifyInstance, services: Services): void {
  app.post('/checkout/requirements', async (request, reply) => {
    if (!isDefinition(request)) return refuseType(reply);
    const files = await readDefinition(services, request, reply);
    const missing = await findMissing(services, files, { signal: clientSignal(reply) });
    countRequirements(services.metrics, files.length, missing);
    return reply.type(DEFINITION_TYPE).send(formatRequirementsV2(missing));
  });

  app.post<{ Params: { id: string } }>('/checkout/create/:id', async (request, reply) => {
    // An id becomes a folder, and CON or NUL can be none where checkouts are read from Windows.
    const id = parseFilePath(parseCheckoutIdV2(request.params.id));
    if (!isDefinition(request)) return refuseType(reply);
    const files = await readDefinition(services, request, reply);
    try {
      const { path } = await services.checkouts.create({ layout: 'v2', id }, files);
      services.metrics.checkout('created');
      return await reply.type(DEFINITION_TYPE).send(path);
    } catch (error) {
      services.metrics.checkout('refused');
      if (!(error instanceof MissingFilesError)) throw error;
      const entries = error.files.map(({ path }) => ({ path, status: 'unknown' as const }));
      return sendText(reply, 400, formatRequirementsV2(entries));
    }
  });
}

function isDefinition({ headers }: FastifyRequest): boolean {
  return headers['content-type'] === DEFINITION_TYPE;
}

function refuseType(reply: FastifyReply): FastifyReply {
  return sendText(reply, 400, `Expecting Content-Type: ${DEFINITION_TYPE}`);
}

async function readDefinition(
  { limits }: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<ShamanFile[]> {
  const bytes = await readBody(request, reply, limits, limits.maxDefinitionBytes);
  return parseDefinitionV2(bytes, { maxFiles: limits.maxDefinitionFiles });
}
