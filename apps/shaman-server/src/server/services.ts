import type { BlobStore } from '@waybill/blob-store';
import type { Authenticator } from '../auth/authenticator.ts';
import type { CheckoutStore } from '../checkouts/checkout-store.ts';
import type { Collector } from '../gc/collector.ts';
import type { BodyMemory } from '../limits/body-memory.ts';
import type { BodySlots } from '../limits/body-slots.ts';
import type { SpaceGuard } from '../limits/space-guard.ts';
import type { StoreUsage } from '../limits/store-usage.ts';
import type { Scrubber } from '../scrub/scrubber.ts';
import type { PinStore } from '../state/pins.ts';
import type { UploadCoordinator } from '../uploads/upload-coordinator.ts';
import type { ServerMetrics } from './server-metrics.ts';

/** What one request may bring. */
export interface RequestLimits {
  readonly maxFileBytes: number;
  readonly maxDefinitionBytes: number;
  readonly maxDefinitionFiles: number;
  /** Milliseconds in which the next 16 KiB of a body have to come. */
  readonly idleTimeoutMs: number;
  /** For bodies that are held as a whole. */
  readonly bodyMemory: BodyMemory;
  /** A collection that is asked for takes nothing that is younger: clients may not have checked it out yet. */
  readonly leastGcAgeMs: number;
}

/** Everything that routes work with. */
export interface Services {
  readonly version: string;
  readonly store: BlobStore;
  readonly checkouts: CheckoutStore;
  readonly pins: PinStore;
  readonly uploads: UploadCoordinator;
  readonly usage: StoreUsage;
  readonly space: SpaceGuard;
  readonly slots: BodySlots;
  readonly limits: RequestLimits;
  readonly auth: Authenticator;
  readonly collector: Collector;
  readonly scrubber: Scrubber;
  readonly metrics: ServerMetrics;
}
