import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { refuseHidden } from '../plain-text.ts';
import { formatMicros } from '../query-time.ts';
import { rangeOfQuery } from '../range-of-query.ts';
import { coverageOfRange } from '../coverage-of-range.ts';
import { QueryInvalidError } from '../serve-errors.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { objectOf, OWN, paramsOf, rangeQuery, stringSchema } from './schemas.ts';

/** Two months at 2 s are 2.7 million segments: some seconds of work, in windows of a day, which one request may cost. */
const MAX_RANGE_MICROS = 62 * 24 * 3_600_000_000;

const integer = { type: 'integer' } as const;
const micros = { ...integer, description: 'Microseconds.' };
const ranges = { type: 'array', items: objectOf({ start: stringSchema, end: stringSchema }) };
const coverageSchema = objectOf({
  ...{ start: stringSchema, end: stringSchema, coveredMicros: micros, toleratedMicros: micros, partialMicros: micros },
  ...{ holes: ranges, partials: ranges, segments: integer, partial: integer },
});

/** /coverage/CH/Q.json: holes, exactly. docs/protocols/node-http.md */
export function addCoverageRoute(app: FastifyInstance, { archive, sequences }: ServeContext): void {
  const schema = {
    ...{ summary: 'Holes of a range', tags: OWN, params: paramsOf('channel', 'quality'), querystring: rangeQuery },
    response: { 200: { description: 'What is covered, and what is not.', ...coverageSchema } },
  };
  getRoute(app, '/coverage/:channel/:quality.json', schema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '', quality = '' } = request.params;
    const existing = await archive.listHours(channel, quality);
    const range = rangeOfQuery(request.query, existing, 1);
    if (range === undefined) return sendProblem(reply, 404, { detail: 'There is no hour of that name.' });
    const { startMicros, endMicros } = range;
    if (endMicros <= startMicros) throw new QueryInvalidError('end', 'must be after start');
    if (endMicros - startMicros > MAX_RANGE_MICROS)
      throw new QueryInvalidError('end', 'must be at most 62 days after start');
    const coverage = await coverageOfRange(sequences, { channel, quality, existing }, startMicros, endMicros);
    const body = {
      ...{ start: formatMicros(startMicros), end: formatMicros(endMicros), coveredMicros: coverage.coveredMicros },
      ...{ toleratedMicros: coverage.toleratedMicros, partialMicros: coverage.partialMicros },
      ...{ holes: coverage.holes.map(formatRange), partials: coverage.partials.map(formatRange) },
      ...{ segments: coverage.segmentCount, partial: coverage.partialCount },
    };
    return reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(Buffer.from(JSON.stringify(body)));
  });
}

function formatRange({ startMicros, endMicros }: { startMicros: number; endMicros: number }) {
  return { start: formatMicros(startMicros), end: formatMicros(endMicros) };
}
