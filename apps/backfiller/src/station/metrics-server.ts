import { createServer } from '@waybill/http-kit';
import type { ProgramContext } from './program-context.ts';
import { VERSION } from './version.ts';

/** `/metrics`, `/livez` and `/readyz` on a port of their own, where the original has its metrics. */
export async function openMetricsServer(
  { logger, registry }: ProgramContext,
  address: { host: string; port: number },
): Promise<AsyncDisposable> {
  const server = createServer({ name: 'backfiller', version: VERSION, logger, registry, ...address });
  await server.listen();
  return {
    async [Symbol.asyncDispose]() {
      await server.drain(0);
    },
  };
}
