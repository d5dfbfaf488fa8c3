import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sendProblem } from '@waybill/http-kit';
import { isHour } from '@waybill/segments';
import { PAGE_HEADERS, pageDirectory } from '@waybill/web-ui';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { encodeMap, paintCoverage } from '../../coverage/coverage-map.ts';
import { coverageReport } from '../../coverage/coverage-report.ts';
import { shownOf } from '../../coverage/pair-coverage.ts';
import type { ShownCoverage } from '../../coverage/pair-coverage.ts';
import { contentTypeOf } from '../content-type.ts';
import { matchesEtag } from '../etag.ts';
import { refuseHidden } from '../plain-text.ts';
import { firstOf } from '../query.ts';
import type { Query } from '../query.ts';
import { QueryInvalidError } from '../serve-errors.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import type { GetRequest } from './get-route.ts';
import { objectOf, OWN, paramsOf, stringSchema } from './schemas.ts';

const PAGE_FILES = ['index.html', 'page.js', 'style.css'];
const hour = { ...stringSchema, description: '`YYYY-MM-DDTHH`, UTC. Default: the first or last with segments.' };
const common = {
  tags: OWN,
  params: paramsOf('channel', 'quality'),
  querystring: objectOf({ 'first-hour': hour, 'last-hour': hour }),
};

/** /coverage/: maps of what is there, the numbers to them, and a page of both. docs/protocols/node-http.md */
export function addCoverageMapRoutes(app: FastifyInstance, { coverage: cache, now }: ServeContext): void {
  addPageRoutes(app);

  const shownBy = async ({ params, query }: GetRequest): Promise<ShownCoverage | undefined> => {
    const asked = { firstHour: hourOf(query, 'first-hour'), lastHour: hourOf(query, 'last-hour') };
    const coverage = await cache.get(params['channel'] ?? '', params['quality'] ?? '');
    if (coverage.hours.size === 0) return undefined;
    const shown = shownOf(coverage, asked, now());
    if (shown === undefined) throw new QueryInvalidError('last-hour', 'must not be before first-hour');
    return shown;
  };

  const mapSchema = {
    ...{ summary: 'Map of the coverage: 2 s a pixel, a column of 300 for 10 minutes', ...common },
    response: { 200: { description: 'PNG.', content: { 'image/png': { schema: stringSchema } } } },
  };
  getRoute(app, '/coverage/:channel/:quality.png', mapSchema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const shown = await shownBy(request);
    if (shown === undefined) return sendNothing(reply);
    const { coverage, range } = shown;
    const png = await encodeMap(paintCoverage(coverage, range.startMicros, range.endMicros));
    return sendTagged(request, reply.type('image/png'), png);
  });

  const reportSchema = {
    ...{ summary: 'Coverage of the hours on a map, with every hole', ...common },
    response: { 200: { description: 'What is there, what is not, what is there twice.', ...objectOf({}) } },
  };
  getRoute(app, '/coverage/:channel/:quality/report.json', reportSchema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const shown = await shownBy(request);
    if (shown === undefined) return sendNothing(reply);
    const { channel = '', quality = '' } = request.params;
    const report = coverageReport(channel, quality, shown);
    return sendTagged(request, reply.type(contentTypeOf('.json')), Buffer.from(JSON.stringify(report)));
  });
}

function addPageRoutes(app: FastifyInstance): void {
  // Relative, so that a path prefix of a proxy stays.
  getRoute(app, '/coverage', { hide: true }, (_request, reply) => reply.redirect('coverage/'));
  for (const name of PAGE_FILES) {
    const content = readFileSync(path.join(pageDirectory('coverage'), name));
    const url = `/coverage/${name === 'index.html' ? '' : name}`;
    const schema = name === 'index.html' ? { summary: 'A page of all maps', tags: OWN } : { hide: true };
    getRoute(app, url, schema, (_request, reply) => {
      for (const [header, value] of Object.entries(PAGE_HEADERS)) reply.header(header, value);
      return reply.type(name.endsWith('.js') ? 'text/javascript; charset=utf-8' : typeOfPage(name)).send(content);
    });
  }
}

function typeOfPage(name: string): string {
  return name.endsWith('.css') ? 'text/css; charset=utf-8' : contentTypeOf(name);
}

function hourOf(query: Query, argument: string): string | undefined {
  const text = firstOf(query, argument);
  if (text !== undefined && !isHour(text))
    throw new QueryInvalidError(argument, 'must be an hour such as 2024-03-01T10');
  return text;
}

function sendNothing(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 404, { detail: 'There is no segment of that channel and quality.' });
}

function sendTagged(request: GetRequest, reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  const tag = `"${hash('sha256', bytes).slice(0, 32)}"`;
  reply.header('etag', tag).header('cache-control', 'no-cache');
  if (matchesEtag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
