import type { FastifyInstance } from 'fastify';

/** Throws or rejects where the program cannot do its work. Must heed the signal: a check has 2 s. */
export type ReadyCheck = (signal: AbortSignal) => void | Promise<void>;

export interface HealthInit {
  name: string;
  version: string;
  checks: ReadonlyMap<string, ReadyCheck>;
  draining: AbortSignal;
}

const CHECK_TIMEOUT_MS = 2000;

/** `/livez`: the process answers. `/readyz`: every named check passes and it does not drain, else 503. */
export function registerHealth(app: FastifyInstance, { name, version, checks, draining }: HealthInit): void {
  app.get('/livez', () => ({ status: 'ok', name, version }));
  app.get('/readyz', async (request, reply) => {
    const results = await runChecks(checks, (check, error) => {
      request.log.warn({ err: error }, `Readiness check ${check} failed`);
    });
    const ready = !draining.aborted && Object.values(results).every((result) => result === 'ok');
    const status = draining.aborted ? 'draining' : ready ? 'ok' : 'not ready';
    return reply.code(ready ? 200 : 503).send({ status, checks: results });
  });
}

async function runChecks(
  checks: ReadonlyMap<string, ReadyCheck>,
  onFailed: (name: string, error: unknown) => void,
): Promise<Record<string, 'ok' | 'failed'>> {
  const entries = [...checks].map(async ([name, check]) => {
    try {
      await runCheck(check);
      return [name, 'ok'] as const;
    } catch (error) {
      onFailed(name, error);
      return [name, 'failed'] as const;
    }
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function runCheck(check: ReadyCheck): Promise<void> {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`);
    reject(error);
    controller.abort(error);
  }, CHECK_TIMEOUT_MS);
  try {
    await Promise.race([Promise.resolve(check(controller.signal)), promise]);
  } finally {
    clearTimeout(timer);
  }
}
