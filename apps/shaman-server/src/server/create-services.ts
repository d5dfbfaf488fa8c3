import type { ConfigOf } from '@waybill/cli-kit';
import type { Registry } from 'prom-client';
import type { Authenticator } from '../auth/authenticator.ts';
import { LEAST_AGE_MS } from '../config/check-gc-age.ts';
import type { LIMIT_OPTIONS } from '../config/limit-options.ts';
import { BodyMemory } from '../limits/body-memory.ts';
import { BodySlots } from '../limits/body-slots.ts';
import { freeBytesOf, SpaceGuard } from '../limits/space-guard.ts';
import { StoreUsage } from '../limits/store-usage.ts';
import type { UploadCoordinator } from '../uploads/upload-coordinator.ts';
import type { Storage } from './open-storage.ts';
import { createServerMetrics, registerGauges } from './server-metrics.ts';
import type { Services } from './services.ts';

/** For what is no definition, where those are kept small. */
const LEAST_BODY_MEMORY_BYTES = 64 * 1024 * 1024;

export type LimitConfig = ConfigOf<typeof LIMIT_OPTIONS>;

export interface CreateServicesInit {
  version: string;
  storage: Storage;
  uploads: UploadCoordinator;
  auth: Authenticator;
  limits: LimitConfig;
  registry: Registry;
  /** Milliseconds that an upload waits for its turn. Default: of BodySlots. */
  slotPatienceMs?: number | undefined;
  /** `--gc-max-age`: whoever sets it lower than an hour, and collects by hand only, is taken at his word. Default: no such wish. */
  gcMaxAgeMs?: number | undefined;
}

/** What the routes work with. */
export function createServices(init: CreateServicesInit): Services {
  const { version, storage, uploads, auth, limits, registry, slotPatienceMs: patienceMs, gcMaxAgeMs = Infinity } = init;
  const { store, checkouts, pins, collector, scrubber, uploadFolder } = storage;
  const usage = new StoreUsage(store);
  const slots = new BodySlots({ total: limits.maxUploads, perClient: limits.maxUploadsPerClient, patienceMs });
  const space = new SpaceGuard({
    usage,
    maxStoreBytes: limits.maxStoreBytes === 0 ? undefined : limits.maxStoreBytes,
    minFreeBytes: limits.minFreeBytes,
    freeBytes: uploadFolder === undefined ? undefined : freeBytesOf(uploadFolder),
  });
  registerGauges(registry, {
    uploadsInFlight: () => uploads.list().length,
    bodiesRead: () => slots.used,
    storedBlobs: () => usage.current?.blobs,
    storedBytes: () => usage.current?.sizeBytes,
  });
  const { maxFileBytes, maxDefinitionBytes, maxDefinitionFiles, idleTimeout: idleTimeoutMs } = limits;
  // Room for one that is as large as it may be, or for very many of the usual ones.
  const bodyMemory = new BodyMemory(Math.max(maxDefinitionBytes, LEAST_BODY_MEMORY_BYTES));
  const leastGcAgeMs = Math.min(LEAST_AGE_MS, gcMaxAgeMs);
  return {
    ...{ version, store, checkouts, pins, uploads, usage, space, slots, auth, collector, scrubber },
    limits: { maxFileBytes, maxDefinitionBytes, maxDefinitionFiles, idleTimeoutMs, bodyMemory, leastGcAgeMs },
    metrics: createServerMetrics(registry),
  };
}
