import type { FastifyInstance } from 'fastify';

/** Throws or rejects where the program cannot do its work. Must heed the signal: it fires when the time is up. */
export type ReadyCheck = (signal: AbortSignal) => void | Promise<void>;

export interface HealthInit {
  name: string;
  version: string;
  checks: ReadonlyMap<string, ReadyCheck>;
  draining: AbortSignal;
  checkTimeoutMs: number;
}

/** `/livez`: the process answers. `/readyz`: every named check passes and it does not drain, else 503. */
export function registerHealth(app: FastifyInstance, init: HealthInit): void {
  const { name, version, checks, draining, checkTimeoutMs } = init;
  app.get('/livez', () => ({ status: 'ok', name, version }));
  app.get('/readyz', async (request, reply) => {
    const results = await runChecks(checks, checkTimeoutMs, (check, error) => {
      request.log.warn({ err: error }, `Readiness check ${check} failed`);
    });
    const ready = !draining.aborted && Object.values(results).every((result) => result === 'ok');
    const status = draining.aborted ? 'draining' : ready ? 'ok' : 'not ready';
    return reply.code(ready ? 200 : 503).send({ status, checks: results });
  });
}

async function runChecks(
  checks: ReadonlyMap<string, ReadyCheck>,
  timeoutMs: number,
  onFailed: (name: string, error: unknown) => void,
): Promise<Record<string, 'ok' | 'failed'>> {
  const entries = [...checks].map(async ([name, check]) => {
    try {
      await runCheck(check, timeoutMs);
      return [name, 'ok'] as const;
    } catch (error) {
      onFailed(name, error);
      return [name, 'failed'] as const;
    }
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function runCheck(check: ReadyCheck, timeoutMs: number): Promise<void> {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${timeoutMs} ms`);
    reject(error);
    controller.abort(error);
  }, timeoutMs);
  try {
    await Promise.race([Promise.resolve(check(controller.signal)), promise]);
  } finally {
    clearTimeout(timer);
  }
}
