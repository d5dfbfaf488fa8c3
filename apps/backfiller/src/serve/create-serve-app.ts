import { randomBytes } from 'node:crypto';
import type { Server, ServerInit } from '@waybill/http-kit';
import { createServer } from '@waybill/http-kit';
import type { FastifyInstance } from 'fastify';
import type { Archive } from '../archive/archive.ts';
import { CoverageCache } from '../coverage/coverage-cache.ts';
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../wire/protocol.ts';
import type { CutSettings } from '../cut/serve/cut-service.ts';
import { CutService } from '../cut/serve/cut-service.ts';
import { EventLog } from './events/event-log.ts';
import { HourSequences } from './hour-sequences.ts';
import { ListingBodies } from './listing-bodies.ts';
import { LivePlaylists } from './playlist/live-playlists.ts';
import { addBatchRoute } from './routes/batch-route.ts';
import { addChatRoute } from './routes/chat-route.ts';
import { addCoverageMapRoutes } from './routes/coverage-map-routes.ts';
import { addCoverageRoute } from './routes/coverage-route.ts';
import { addCutRoute } from './routes/cut-route.ts';
import { addDigestRoutes } from './routes/digest-routes.ts';
import type { EventsRouteOptions } from './routes/events-route.ts';
import { addEventsRoute } from './routes/events-route.ts';
import { addExtrasRoute } from './routes/extras-route.ts';
import { addFilesRoutes } from './routes/files-routes.ts';
import { addFrameRoute } from './routes/frame-route.ts';
import { addOpenApiRoute, registerOpenApi } from './routes/openapi-route.ts';
import { addPlaylistRoutes, HOLD_BACK_MICROS } from './routes/playlist-routes.ts';
import { addSegmentsRoute } from './routes/segments-route.ts';
import { addWaveformRoute } from './routes/waveform-route.ts';
import type { ServeContext } from './serve-context.ts';
import { SERVE_ERROR_STATUS } from './serve-errors.ts';

export interface ServeInit extends Omit<ServerInit, 'name' | 'cors' | 'errorStatus'> {
  archive: Archive;
  /** Names this process among the nodes. Default: random. */
  instance?: string | undefined;
  /** Least TARGETDURATION of a live playlist. Default 6: no segment of the known recorders exceeds it. */
  liveTargetSeconds?: number | undefined;
  /** The coverage that somebody else keeps too. Default: one for this server. */
  coverage?: CoverageCache | undefined;
  /** Limits of /events. */
  events?: EventsRouteOptions | undefined;
  /** How cuts, frames and waveforms are made. */
  cuts?: CutSettings | undefined;
  /** Milliseconds since the epoch. Default Date.now. */
  now?: (() => number) | undefined;
}

export interface ServeApp extends Server {
  readonly instance: string;
  /** Lets go of the archive's events. Called by `drain` too. */
  close(): void;
}

/**
 * Everything that a node serves (spec section 1.2 and 5) on top of an archive. `listen` and `drain` are those of the
 * server; the archive is the caller's to close, after the drain.
 */
export async function createServeApp(init: ServeInit): Promise<ServeApp> {
  const { archive, instance = randomBytes(6).toString('hex'), now = Date.now, liveTargetSeconds = 6 } = init;
  const server = createServer({ ...init, name: 'backfiller', cors: true, errorStatus: SERVE_ERROR_STATUS });
  const events = new EventLog({ instance });
  const stopListening = archive.onPublished((event) => events.append(event));
  const context: ServeContext = {
    ...{ archive, instance, events, now, logger: init.logger, draining: server.draining },
    bodies: new ListingBodies(),
    sequences: new HourSequences(archive),
    coverage: init.coverage ?? new CoverageCache({ archive, log: init.logger }),
    livePlaylists: new LivePlaylists({ leastTargetSeconds: liveTargetSeconds, holdBackMicros: HOLD_BACK_MICROS, now }),
  };
  await addRoutes(server.app, context, init);
  return {
    ...server,
    instance,
    close: stopListening,
    drain: async (timeoutMs) => {
      stopListening();
      return server.drain(timeoutMs);
    },
  };
}

async function addRoutes(
  app: FastifyInstance,
  context: ServeContext,
  { version, registry, events, logger, cuts = {} }: ServeInit,
): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header(PROTOCOL_HEADER, PROTOCOL_VERSION);
    done();
  });
  await registerOpenApi(app, version);
  addFilesRoutes(app, context);
  addSegmentsRoute(app, context);
  addExtrasRoute(app, context);
  addPlaylistRoutes(app, context);
  addChatRoute(app, context);
  addDigestRoutes(app, context);
  addBatchRoute(app, context);
  addEventsRoute(app, context, events);
  addCoverageRoute(app, context);
  addCoverageMapRoutes(app, context);
  const cutService = new CutService(cuts, { logger, registry });
  addCutRoute(app, context, cutService);
  addFrameRoute(app, context, cutService);
  addWaveformRoute(app, context, cutService);
  addOpenApiRoute(app);
  // Where nginx sent the metrics of the restreamer (spec section 1.6).
  app.get('/metrics/restreamer', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
