import type { FastifyInstance } from 'fastify';
import { sendProblem } from '@waybill/http-kit';
import { sendText } from '../plain-text.ts';
import { sendContent } from '../send-content.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, paramsOf, textResponse } from './schemas.ts';

/**
 * /segments/PATH: any visible file below the base. A segment that a tombstone hides is served still, as nginx does:
 * playlists that were given out before name it.
 */
export function addSegmentsRoute(app: FastifyInstance, { archive }: ServeContext): void {
  const schema = {
    ...{ summary: 'Content of a file; ranges and conditions as in RFC 9110', tags: COMPATIBLE, params: paramsOf('*') },
    response: textResponse('The content.', 'video/mp2t'),
  };
  getRoute(app, '/segments/*', schema, async (request, reply) => {
    const path = request.params['*'] ?? '';
    const components = path.split('/');
    if (components.some((component) => component.startsWith('.')))
      return sendText(reply, 403, 'Bad path: May not start with a period');
    const content = await archive.openFile(path);
    if (content === undefined) return sendProblem(reply, 404, { detail: 'There is no such file.' });
    return sendContent(request, reply, components.at(-1) ?? '', content);
  });
}
