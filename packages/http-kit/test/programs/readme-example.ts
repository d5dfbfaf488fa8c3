import { createHttpClient, createLogger, createMetrics, createServer } from '@waybill/http-kit';

const registry = createMetrics('greeter', { version: '1.0.0' });
const logger = createLogger({ name: 'greeter', registry });
const server = createServer({ name: 'greeter', version: '1.0.0', logger, registry, checks: { disk: () => undefined } });
server.app.get('/hello/:name', (request) => ({ hello: (request.params as { name: string }).name }));
const { url } = await server.listen();

const client = createHttpClient({ userAgent: 'greeter/1.0.0', metricsRegistry: registry });
const { status, bytes } = await client.requestBytes(`${url}/hello/w%C3%B6rld`, {
  name: 'greet',
  maxBytes: 10_000,
  totalTimeoutMs: 5000,
  expectedStatus: [200],
});
console.log(status, new TextDecoder().decode(bytes));

await client.close();
await server.drain(5000);
