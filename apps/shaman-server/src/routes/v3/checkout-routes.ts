import {
  formatRequirementsResponseV3,
  parseCreateRequestV3,
  parseRequirementsRequestV3,
  STATUS_V3,
} from '@waybill/shaman-protocol';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { MissingFilesError } from '../../checkouts/checkout-errors.ts';
import { countRequirements } from '../../server/count-requirements.ts';
import type { Services } from '../../server/services.ts';
import { findMissing } from '../../uploads/find-missing.ts';
import { clientSignal } from '../client-signal.ts';
import { readJson } from '../read-json.ts';
import { sendV3Problem } from './v3-errors.ts';
import { createSchema, requirementsSchema } from './v3-schemas.ts';

/** `POST checkout/requirements` and `POST checkout/create` (spec section 1.2). */
export function addV3CheckoutRoutes(app: FastifyInstance, services: Services): void {
  const { limits } = services;

  app.post('/checkout/requirements', { schema: requirementsSchema }, async (request, reply) => {
    const body = await readJson(request, reply, limits, limits.maxDefinitionBytes);
    const files = parseRequirementsRequestV3(body, { maxFiles: limits.maxDefinitionFiles });
    const missing = await findMissing(services, files, { signal: clientSignal(reply) });
    countRequirements(services.metrics, files.length, missing);
    return reply.type('application/json').send(formatRequirementsResponseV3(missing));
  });

  app.post('/checkout/create', { schema: createSchema }, async (request, reply) => {
    const body = await readJson(request, reply, limits, limits.maxDefinitionBytes);
    const { files, checkoutPath } = parseCreateRequestV3(body, { maxFiles: limits.maxDefinitionFiles });
    return await createCheckout(services, checkoutPath, files, reply);
  });
}

async function createCheckout(
  { checkouts, metrics }: Services,
  checkoutPath: string,
  files: readonly ShamanFile[],
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const { path } = await checkouts.create({ layout: 'v3', path: checkoutPath }, files);
    metrics.checkout('created');
    return await reply.type('application/json').send(JSON.stringify({ checkoutPath: path }));
  } catch (error) {
    metrics.checkout('refused');
    if (!(error instanceof MissingFilesError)) throw error;
    const missing = error.files.map(({ sha, sizeBytes, path }) => ({ sha, size: sizeBytes, path, status: 'unknown' }));
    return sendV3Problem(reply, STATUS_V3.filesMissing, error.message, { files: missing });
  }
}
