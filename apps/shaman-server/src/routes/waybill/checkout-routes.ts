import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Services } from '../../server/services.ts';
import { clientSignal } from '../client-signal.ts';
import { readJson } from '../read-json.ts';
import { RequestInvalidError } from '../request-errors.ts';
import { sendJsonLines } from '../send-json-lines.ts';
import {
  answer,
  arrayOf,
  countSchema,
  nothing,
  objectOf,
  OWN_TAGS,
  problem,
  sizeSchema,
  textSchema,
  timeSchema,
} from './schemas.ts';

const summary = {
  path: textSchema,
  name: textSchema,
  files: countSchema,
  sizeBytes: sizeSchema,
  createdAtMs: timeSchema,
};

const entry = objectOf({ path: textSchema, sha: textSchema, sizeBytes: sizeSchema, present: { type: 'boolean' } });

const goneRequest = z.object({
  live: z.array(z.string()),
  minAgeMs: z.int().min(0).optional(),
  dryRun: z.boolean().optional(),
});

/** A list of a million names. */
const MAX_LIVE_BYTES = 64 * 1024 * 1024;

type PathParams = { Params: { '*': string } };

/** Checkouts: list, show, erase, and erase those whose job is gone. */
export function addCheckoutRoutes(app: FastifyInstance, services: Services): void {
  const { checkouts, limits, metrics } = services;

  const listSchema = {
    ...{ summary: 'All checkouts', tags: OWN_TAGS },
    response: { 200: answer('In the order of their paths.', objectOf({ checkouts: arrayOf(objectOf(summary)) })) },
  };
  app.get('/checkouts', { schema: listSchema, exposeHeadRoute: false }, (_request, reply) =>
    sendJsonLines(reply, 'checkouts', checkouts.list({ signal: clientSignal(reply) })),
  );

  const showSchema = {
    ...{ summary: 'One checkout with its files', tags: OWN_TAGS, params: objectOf({ '*': textSchema }) },
    response: {
      200: answer('The checkout.', objectOf({ ...summary, entries: arrayOf(entry) })),
      404: problem('There is no such checkout.'),
    },
  };
  app.get<PathParams>('/checkouts/*', { schema: showSchema, exposeHeadRoute: false }, async (request, reply) => {
    const details = await checkouts.show(request.params['*'], { signal: clientSignal(reply) });
    if (details === undefined) return sendProblem(reply, 404, { detail: 'There is no such checkout.' });
    return reply.type('application/json').send(JSON.stringify(details));
  });

  const eraseSchema = {
    ...{ summary: 'Erase a checkout', tags: OWN_TAGS, params: objectOf({ '*': textSchema }) },
    response: { 204: nothing('It is gone.'), 404: problem('There was none.') },
  };
  app.delete<PathParams>('/checkouts/*', { schema: eraseSchema }, async (request, reply) => {
    const isErased = await checkouts.erase(request.params['*']);
    if (!isErased) return sendProblem(reply, 404, { detail: 'There is no such checkout.' });
    metrics.checkout('erased');
    return reply.code(204).send();
  });

  const goneSchema = {
    ...{ summary: 'Erase the checkouts whose job is gone', tags: OWN_TAGS },
    body: objectOf({ live: arrayOf(textSchema), minAgeMs: countSchema, dryRun: { type: 'boolean' } }),
    response: { 200: answer('What was erased.', objectOf({ erased: arrayOf(textSchema) })) },
  };
  app.post('/erase-gone', { schema: goneSchema }, async (request, reply) => {
    const { live, ...options } = parseGone(await readJson(request, reply, limits, MAX_LIVE_BYTES));
    const erased = await checkouts.eraseGone(new Set(live), options);
    if (options.dryRun !== true) for (const _path of erased) metrics.checkout('erased');
    return reply.type('application/json').send(JSON.stringify({ erased }));
  });
}

function parseGone(body: unknown) {
  const parsed = goneRequest.safeParse(body);
  if (!parsed.success) throw new RequestInvalidError(z.prettifyError(parsed.error));
  const { live, minAgeMs, dryRun } = parsed.data;
  // What a query of the jobs gives that went wrong.
  if (live.length === 0 && dryRun !== true)
    throw new RequestInvalidError(
      'live is empty, which would erase all checkouts: name one job at least, or erase them one by one',
    );
  return { live, ...(minAgeMs !== undefined && { minAgeMs }), ...(dryRun !== undefined && { dryRun }) };
}
