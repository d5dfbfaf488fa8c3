import { sendProblem } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import { CutEmptyError, CutInvalidError } from '../../cut/cut-errors.ts';
import type { ImageSize } from '../../cut/images/waveform-image.ts';
import { waveformImage } from '../../cut/images/waveform-image.ts';
import { sequenceOf } from '../../cut/plan-request.ts';
import { cutPieces } from '../../cut/plan/cut-pieces.ts';
import { answerRefusal } from '../../cut/serve/answer-refusal.ts';
import type { CutService } from '../../cut/serve/cut-service.ts';
import { refuseHidden } from '../plain-text.ts';
import { firstOf } from '../query.ts';
import { rangeOfQuery } from '../range-of-query.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, paramsOf, rangeQuery, stringSchema, textResponse } from './schemas.ts';

const MAX_RANGE_MICROS = 6 * 3_600_000_000;
const MAX_PIXELS = 4096;
const DEFAULT_SIZE = '1024x64';

/** /waveform/CH/Q.png: the sound of up to six hours as a picture. */
export function addWaveformRoute(app: FastifyInstance, { archive, sequences }: ServeContext, cuts: CutService): void {
  const size = { ...stringSchema, description: 'WIDTHxHEIGHT, at most 4096x4096', default: DEFAULT_SIZE };
  const schema = {
    ...{ summary: 'The sound of a range as a picture', tags: COMPATIBLE, params: paramsOf('channel', 'quality') },
    querystring: { type: 'object', properties: { ...rangeQuery.properties, size } },
    response: textResponse('White on nothing, time from left to right.', 'image/png'),
  };
  getRoute(app, '/waveform/:channel/:quality.png', schema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { channel = '', quality = '' } = request.params;
    return answerRefusal(reply, async () => {
      const pixels = parseSize(firstOf(request.query, 'size') ?? DEFAULT_SIZE);
      const existing = await archive.listHours(channel, quality);
      const range = rangeOfQuery(request.query, existing, 1);
      if (range === undefined || !(await archive.listQualities(channel)).includes(quality))
        return sendProblem(reply, 404, { detail: 'There is nothing of that name.' });
      const lengthMicros = range.endMicros - range.startMicros;
      if (lengthMicros <= 0) throw new CutInvalidError('Ends must be after starts');
      if (lengthMicros > MAX_RANGE_MICROS) throw new CutInvalidError('A waveform may be at most 6 hours long');
      const runs = cutPieces(await sequenceOf(sequences, { channel, quality, existing }, range), range);
      if (runs.length === 0) throw new CutEmptyError();
      if (request.method === 'HEAD') return reply.type('image/png').send();
      const source = { archive, channel, quality };
      return cuts.send(reply, {
        ...{ kind: 'waveform', mediaType: 'image/png', needsFfmpeg: true },
        make: (options) => waveformImage(source, runs, range, pixels, cuts.program, options),
      });
    });
  });
}

/** Throws CutInvalidError. */
function parseSize(text: string): ImageSize {
  const [, width = '0', height = '0'] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  const isFine = (pixels: number): boolean => pixels >= 1 && pixels <= MAX_PIXELS;
  if (!isFine(size.width) || !isFine(size.height))
    throw new CutInvalidError('size must be WIDTHxHEIGHT, at most 4096x4096');
  return size;
}
