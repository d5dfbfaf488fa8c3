import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { planRequest } from '../../cut/plan-request.ts';
import { CUT_TYPES } from '../../cut/plan/cut-request.ts';
import { answerRefusal } from '../../cut/serve/answer-refusal.ts';
import type { CutService } from '../../cut/serve/cut-service.ts';
import { parseCutQuery } from '../../cut/serve/parse-cut-query.ts';
import { CUT_MEDIA_TYPES, needsFfmpeg, startCut } from '../../cut/start-cut.ts';
import { refuseHidden } from '../plain-text.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, paramsOf, rangeQuery, stringSchema } from './schemas.ts';

const texts = { type: 'array', items: stringSchema } as const;
const binary = { schema: { type: 'string', format: 'binary' } };
const text = { content: { 'text/plain': { schema: stringSchema } } };

const cutSchema = {
  ...{ summary: 'One video of one or several ranges', tags: COMPATIBLE, params: paramsOf('channel', 'quality') },
  querystring: {
    type: 'object',
    properties: {
      ...rangeQuery.properties,
      range: { ...texts, description: 'START,END; repeated. In place of start and end.' },
      transition: { ...texts, description: 'TYPE,SECONDS between ranges; empty: a hard cut.' },
      allow_holes: { type: 'string', enum: ['true', 'false'], default: 'false' },
      type: { type: 'string', enum: [...CUT_TYPES], default: 'fast' },
    },
  },
  response: {
    200: {
      description: 'The video, while it is made. A connection that breaks off means that it is not whole.',
      content: Object.fromEntries(Object.values(CUT_MEDIA_TYPES).map((mediaType) => [mediaType, binary])),
    },
    400: { description: 'What was asked for cannot be cut.', ...text },
    406: { description: 'There are holes, or there is nothing.', ...text },
    501: { description: 'ffmpeg is not there.' },
    503: { description: 'Too many cuts are under way.' },
  },
};

/** /cut/CH/Q.ts: spec section 1.2, and the type `archive`. */
export function addCutRoute(app: FastifyInstance, { archive, sequences }: ServeContext, cuts: CutService): void {
  getRoute(app, '/cut/:channel/:quality.ts', cutSchema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '', quality = '' } = request.params;
    return answerRefusal(reply, async () => {
      const existing = await archive.listHours(channel, quality);
      const asked = parseCutQuery(request.query, { channel, quality, existing });
      if (asked === undefined || !(await archive.listQualities(channel)).includes(quality))
        return sendProblem(reply, 404, { detail: 'There is nothing of that name.' });
      const plan = await planRequest(sequences, existing, asked);
      const make = (options: { signal?: AbortSignal | undefined }) =>
        startCut({ archive, channel, quality }, plan, cuts.program, options);
      const mediaType = CUT_MEDIA_TYPES[asked.type];
      if (request.method === 'HEAD') return reply.type(mediaType).send();
      return cuts.send(reply, { kind: asked.type, mediaType, needsFfmpeg: needsFfmpeg(plan), make });
    });
  });
}
