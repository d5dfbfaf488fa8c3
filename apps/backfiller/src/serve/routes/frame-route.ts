import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { CutEmptyError, CutInvalidError } from '../../cut/cut-errors.ts';
import { frameImage, segmentAt } from '../../cut/images/frame-image.ts';
import { sequenceOf } from '../../cut/plan-request.ts';
import { answerRefusal } from '../../cut/serve/answer-refusal.ts';
import type { CutService } from '../../cut/serve/cut-service.ts';
import { refuseHidden } from '../plain-text.ts';
import { firstOf } from '../query.ts';
import { parseQueryTime } from '../query-time.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, paramsOf, stringSchema, textResponse } from './schemas.ts';

/** A segment that begins or ends within this still gives its first or last picture (spec section 1.2). */
const NEAR_MICROS = 1_000_000;

/** /frame/CH/Q.png: the picture at a time. */
export function addFrameRoute(app: FastifyInstance, { archive, sequences }: ServeContext, cuts: CutService): void {
  const schema = {
    ...{ summary: 'The picture at a time', tags: COMPATIBLE, params: paramsOf('channel', 'quality') },
    querystring: { type: 'object', properties: { timestamp: stringSchema }, required: ['timestamp'] },
    response: textResponse('The picture.', 'image/png'),
  };
  getRoute(app, '/frame/:channel/:quality.png', schema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '', quality = '' } = request.params;
    return answerRefusal(reply, async () => {
      const timestamp = firstOf(request.query, 'timestamp');
      if (timestamp === undefined) throw new CutInvalidError('Missing argument: timestamp');
      const micros = parseQueryTime('timestamp', timestamp);
      if (!(await archive.listQualities(channel)).includes(quality))
        return sendProblem(reply, 404, { detail: 'There is nothing of that name.' });
      const existing = await archive.listHours(channel, quality);
      const range = { startMicros: micros - NEAR_MICROS, endMicros: micros + NEAR_MICROS };
      const segment = segmentAt(await sequenceOf(sequences, { channel, quality, existing }, range), micros);
      if (segment === undefined || segment.startMicros >= range.endMicros) throw new CutEmptyError();
      if (request.method === 'HEAD') return reply.type('image/png').send();
      const source = { archive, channel, quality };
      return cuts.send(reply, {
        ...{ kind: 'frame', mediaType: 'image/png', needsFfmpeg: true },
        make: (options) => frameImage(source, segment, micros, cuts.program, options),
      });
    });
  });
}
