import { Readable } from 'node:stream';
import type { AbortOptions } from '@waybill/common';
import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { plainReport } from '../../server/report-json.ts';
import type { Services } from '../../server/services.ts';
import { clientSignal } from '../client-signal.ts';
import { readJson } from '../read-json.ts';
import { RequestInvalidError } from '../request-errors.ts';
import { answer, countSchema, objectOf, OWN_TAGS, problem } from './schemas.ts';

const upkeepRequest = z.object({ dryRun: z.boolean().optional(), maxAgeMs: z.int().min(0).optional() });

/** So often a blank goes out while the work runs: proxies and clients close what is silent. */
const SIGN_OF_LIFE_MS = 10_000;

/** `POST /waybill/v1/gc` and `/scrub`: one run of either in the server, which ends when the client goes away. */
export function addUpkeepRoutes(app: FastifyInstance, services: Services): void {
  const { collector, scrubber, usage, limits } = services;
  const body = objectOf({ dryRun: { type: 'boolean' }, maxAgeMs: countSchema });
  const schemaOf = (summary: string) => ({
    ...{ summary, tags: OWN_TAGS, body },
    response: {
      200: answer('The report, or `error` where it failed; blanks before it while it is made.', {
        type: 'object',
        additionalProperties: true,
      }),
      400: problem('The age is one at which files in flight would go.'),
      409: problem('One is running.'),
    },
  });

  app.post('/gc', { schema: schemaOf('Collect garbage') }, async (request, reply) => {
    const { dryRun = false, maxAgeMs } = await readRequest(services, request, reply);
    if (!dryRun) refuseYoung(maxAgeMs, limits.leastGcAgeMs);
    if (collector.running) return sendProblem(reply, 409, { detail: 'A collection is running.' });
    return sendWhenDone(reply, async (options) => {
      const report = await collector.collect({ ...options, dryRun, ...(maxAgeMs !== undefined && { maxAgeMs }) });
      if (!dryRun) await usage.count(options);
      return report;
    });
  });

  app.post('/scrub', { schema: schemaOf('Read the store again') }, async (request, reply) => {
    const { dryRun = false } = await readRequest(services, request, reply);
    if (scrubber.running) return sendProblem(reply, 409, { detail: 'A scrub is running.' });
    return sendWhenDone(reply, (options) => scrubber.scrub({ ...options, dryRun }));
  });
}

async function readRequest({ limits }: Services, request: FastifyRequest, reply: FastifyReply) {
  const parsed = upkeepRequest.safeParse((await readJson(request, reply, limits, 4096)) ?? {});
  if (!parsed.success) throw new RequestInvalidError(z.prettifyError(parsed.error));
  return parsed.data;
}

/** What the command refuses as well: see `checkAgeBesideServer`. */
function refuseYoung(maxAgeMs: number | undefined, leastMs: number): void {
  if (maxAgeMs === undefined || maxAgeMs >= leastMs) return;
  throw new RequestInvalidError(
    `maxAgeMs below ${leastMs} is refused: files that clients have just sent, and not yet checked out, would be deleted`,
  );
}

function sendWhenDone(
  reply: FastifyReply,
  work: (options: AbortOptions & { signal: AbortSignal }) => Promise<unknown>,
): FastifyReply {
  const signal = clientSignal(reply);
  // Settled here: of a client that is gone, nobody would read the text, and an error would end the process.
  const result = work({ signal }).then(plainReport, (error: unknown) => ({ error: plainReport(error) }));
  return reply.type('application/json').send(Readable.from(reportText(result), { objectMode: false }));
}

async function* reportText(result: Promise<unknown>): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const text = await Promise.race([result, pause()]);
    yield Buffer.from(text === PAUSED ? ' ' : `${JSON.stringify(text)}\n`);
    if (text !== PAUSED) return;
  }
}

const PAUSED = Symbol('paused');

function pause(): Promise<typeof PAUSED> {
  return new Promise((resolve) => setTimeout(() => resolve(PAUSED), SIGN_OF_LIFE_MS).unref());
}
