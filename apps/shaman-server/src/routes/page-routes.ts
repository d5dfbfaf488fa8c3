import fastifyStatic from '@fastify/static';
import { PAGE_HEADERS, pageDirectory } from '@waybill/web-ui';
import type { FastifyInstance } from 'fastify';

const PREFIX = '/ui/';

/** The web page that shows the store. It holds no secrets: what it shows it asks for, with a token where one is wanted. */
export async function addPageRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect(PREFIX));
  await app.register(fastifyStatic, {
    root: pageDirectory('shaman'),
    prefix: PREFIX,
    schemaHide: true,
    setHeaders: (reply) => {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) reply.header(name, value);
    },
  });
}
