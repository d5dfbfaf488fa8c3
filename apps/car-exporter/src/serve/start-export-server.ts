import { createServer, type DrainResult, type Logger } from '@waybill/http-kit';
import { ensureDirectory, lockDirectory } from '@waybill/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import type { ChainSource } from '../store/chain-source.ts';
import { VERSION } from '../version.ts';
import { RpcAnswerer } from './answer-rpc.ts';
import { createExportMetrics } from './export-metrics.ts';
import { ExportJobs } from './export-jobs.ts';
import { RangeExporter } from './range-exporter.ts';
import { RPC_CODES } from './rpc-errors.ts';
import { createRpcMethods } from './rpc-methods.ts';

export interface StartExportServerInit {
  readonly source: ChainSource;
  readonly outputDir: string;
  readonly minFreeBytes: number;
  readonly verify: boolean;
  readonly host: string;
  readonly port: number;
  /** Undefined: nobody has to show one. */
  readonly tokens: readonly string[] | undefined;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface ExportServer extends AsyncDisposable {
  readonly url: string;
  readonly jobs: ExportJobs;
  /** Cancels the export that runs, and lets answers go out. */
  drain(timeoutMs: number): Promise<DrainResult>;
}

/** Locks the folder, and listens. @throws DirectoryLockedError; errors of listening. */
export async function startExportServer(init: StartExportServerInit): Promise<ExportServer> {
  await using stack = new AsyncDisposableStack();
  await ensureDirectory(init.outputDir);
  stack.use(await lockDirectory(init.outputDir, { name: '.waybill-car-exporter.lock' }));
  const jobs = new ExportJobs({ onChange: createExportMetrics(init.registry) });
  stack.defer(async () => {
    await jobs.cancel('the server ends');
  });
  const exporter = new RangeExporter({ ...init, jobs });
  const { host, port, tokens, logger, registry } = init;
  const server = createServer({
    ...{ name: 'car-exporter', version: VERSION, host, port, tokens, logger, registry },
    // An answer comes when the export is done: nothing moves on the connection until then.
    stalledTimeoutMs: 0,
  });
  addRoutes(server.app, new RpcAnswerer(createRpcMethods(exporter, jobs), logger));
  stack.defer(async () => {
    await server.drain(0);
  });
  const { url } = await server.listen();
  const kept = stack.move();
  return {
    url,
    jobs,
    async drain(timeoutMs) {
      // Hours are left, perhaps: what has been written so far is discarded, and the client is told.
      await jobs.cancel('the server ends');
      return await server.drain(timeoutMs);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function addRoutes(app: FastifyInstance, answerer: RpcAnswerer): void {
  // A body that is no JSON is answered in the words of JSON-RPC.
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  for (const path of ['/rpc/v0', '/rpc/v1']) {
    app.post(path, async (request, reply) => {
      const gone = new AbortController();
      const onClose = (): void => {
        if (!reply.raw.writableFinished) gone.abort(new Error('the client went away'));
      };
      reply.raw.once('close', onClose);
      const body = tryParse(request.body as string);
      if (body === undefined) return sendJson(reply, parseFailure());
      const answer = await answerer.answer(body.value, { signal: gone.signal });
      return answer === undefined ? reply.code(204).send() : sendJson(reply, answer);
    });
  }
}

function sendJson(reply: FastifyReply, answer: unknown): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
}

function tryParse(text: string | undefined): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text ?? '') as unknown };
  } catch {
    return undefined;
  }
}

function parseFailure() {
  return { jsonrpc: '2.0', id: null, error: { code: RPC_CODES.parseError, message: 'the body is no JSON' } };
}
