import type { FastifyInstance } from 'fastify';
import { refuseHidden } from '../plain-text.ts';
import type { ServeContext } from '../serve-context.ts';
import { getRoute } from './get-route.ts';
import { COMPATIBLE, namesResponse, paramsOf } from './schemas.ts';

/** /extras/DIR: files below a directory, relative to it. */
export function addExtrasRoute(app: FastifyInstance, { archive, bodies }: ServeContext): void {
  const schema = {
    summary: 'Files below a directory of extras',
    tags: COMPATIBLE,
    params: paramsOf('dir'),
    response: namesResponse,
  };
  getRoute(app, '/extras/:dir', schema, async (request, reply) => {
    if (refuseHidden(reply, request.params)) return reply;
    const { dir = '' } = request.params;
    return bodies.sendNames(request, reply, await archive.listExtras(dir));
  });
}
