import { expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';
import { createClientMetrics } from '../src/client-metrics.ts';
import { rawServer, response } from './support/raw-server.ts';
import { testClient } from './support/test-client.ts';

function linesOf(text: string, pattern: RegExp): string[] {
  return text.split('\n').filter((line) => pattern.test(line));
}

test('measures requests under the names that dashboards know', async () => {
  await using server = await rawServer((socket, request) => {
    if (request.includes('/gone')) socket.destroy();
    else socket.write(response('abcd', [], request.includes('/404') ? '404 Not Found' : '200 OK'));
  });
  const registry = createMetrics('test', { defaultMetrics: false });
  await using client = testClient({ metrics: createClientMetrics(registry) });
  await client.requestBytes(`http://user:secret@127.0.0.1:${server.port}/a/b?c`, { name: 'list_remote_hours' });
  await client.requestBytes(`${server.url}/404`, { name: 'get_remote_segment' });
  await client.requestBytes(`${server.url}/gone`, { name: 'get_remote_segment' }).catch(() => undefined);
  const text = await registry.metrics();
  const domain = `127.0.0.1:${server.port}`;
  expect(linesOf(text, /^http_client_request_latency_count/)).toEqual([
    `http_client_request_latency_count{name="list_remote_hours",method="GET",domain="${domain}",status="200"} 1`,
    `http_client_request_latency_count{name="get_remote_segment",method="GET",domain="${domain}",status="404"} 1`,
    `http_client_request_latency_count{name="get_remote_segment",method="GET",domain="${domain}",status="error"} 1`,
  ]);
  expect(linesOf(text, /^http_client_response_size_sum/)).toEqual([
    `http_client_response_size_sum{name="list_remote_hours",method="GET",domain="${domain}",status="200"} 4`,
    `http_client_response_size_sum{name="get_remote_segment",method="GET",domain="${domain}",status="404"} 4`,
  ]);
  expect(linesOf(text, /^http_client_request_concurrency/)).toEqual([
    `http_client_request_concurrency{name="list_remote_hours",method="GET",domain="${domain}"} 0`,
    `http_client_request_concurrency{name="get_remote_segment",method="GET",domain="${domain}"} 0`,
  ]);
});

test('counts a request as under way until its body is read', async () => {
  await using server = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab'));
  const registry = createMetrics('test', { defaultMetrics: false });
  await using client = testClient({ metrics: createClientMetrics(registry) });
  const answer = await client.request(server.url, { name: 'events' });
  expect(await registry.metrics()).toMatch(/^http_client_request_concurrency\{name="events".*\} 1$/m);
  answer.discard();
  expect(await registry.metrics()).toMatch(/^http_client_request_concurrency\{name="events".*\} 0$/m);
});

test('bounds the number of domains, however many nodes are named', async () => {
  const registry = createMetrics('test', { defaultMetrics: false });
  const metrics = createClientMetrics(registry);
  for (let node = 0; node < 500; node++) metrics.start('x', 'GET', `node-${node}`)(200, 1);
  expect(linesOf(await registry.metrics(), /^http_client_request_latency_count/)).toHaveLength(201);
});

test('lets two clients share a registry', () => {
  const registry = createMetrics('test', { defaultMetrics: false });
  createClientMetrics(registry);
  expect(() => createClientMetrics(registry)).not.toThrow();
});
