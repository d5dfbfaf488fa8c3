import { describe, expect, it } from 'vitest';
import { createTestServer } from '../support/test-server.ts';

interface Document {
  paths: Record<string, Record<string, { responses?: Record<string, unknown>; summary?: string }>>;
}

/** `/files/:sha/*` as OpenAPI writes it. */
const pathOf = (url: string): string => url.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{*}');

describe('the OpenAPI document', () => {
  it('describes every route of v3 and of our own, and no other', async () => {
    await using server = await createTestServer();
    await server.server.app.ready();
    const listed = server.server.app.printRoutes({ commonPrefix: false });
    expect(listed).toContain('checkout/requirements');
    const { paths } = (await server.inject('/waybill/v1/openapi.json')).json<Document>();
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(
      server.routes
        .filter(({ url }) => /^\/(api|waybill)\//.test(url))
        .map(({ method, url }) => `${method} ${pathOf(url)}`)
        .sort(),
    );
    expect(described.length).toBeGreaterThan(18);
  });

  it('says of each what it does and what it answers', async () => {
    await using server = await createTestServer();
    const { paths } = (await server.inject('/waybill/v1/openapi.json')).json<Document>();
    for (const methods of Object.values(paths))
      for (const { summary, responses } of Object.values(methods)) {
        expect(summary).toBeTypeOf('string');
        expect(Object.keys(responses ?? {}).length).toBeGreaterThan(0);
      }
  });
});
