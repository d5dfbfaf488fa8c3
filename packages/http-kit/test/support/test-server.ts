import { createLogger, createMetrics, createServer } from '../../src/index.ts';
import type { Server, ServerInit } from '../../src/index.ts';

export interface TestServer extends Server, AsyncDisposable {
  /** What was logged, parsed. */
  readonly lines: Record<string, unknown>[];
  metrics(): Promise<string>;
}

/** A server that collects its log and drains at the end of a test. */
export function testServer(init: Partial<ServerInit> = {}): TestServer {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const registry = createMetrics('test', { defaultMetrics: false });
  const logger = createLogger({ name: 'test', level: 'debug', stream });
  const server = createServer({ name: 'test', version: '1.2.3', logger, registry, ...init });
  return Object.assign(server, {
    lines,
    metrics: () => registry.metrics(),
    [Symbol.asyncDispose]: async () => {
      await server.drain(100);
    },
  });
}
