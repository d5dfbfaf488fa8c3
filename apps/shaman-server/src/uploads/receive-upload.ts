import type { BlobKey, BlobStore } from '@waybill/blob-store';
import type { AbortOptions, Permit } from '@waybill/common';
import type { SpaceGuard } from '../limits/space-guard.ts';
import type { PinStore } from '../state/pins.ts';
import { countedBody } from './counted-body.ts';
import { isKept } from './is-kept.ts';
import type { UploadClaim, UploadCoordinator } from './upload-coordinator.ts';
import { withClaim } from './with-claim.ts';

/** What the client is told. `stored` and `exists` both mean that the file is durable. */
export type UploadResult = 'stored' | 'exists' | 'deferred';

export interface UploadServices {
  readonly store: Pick<BlobStore, 'has' | 'put' | 'touch'>;
  readonly uploads: UploadCoordinator;
  readonly pins: Pick<PinStore, 'renewFor'>;
  readonly space: Pick<SpaceGuard, 'reserve'>;
}

export interface IncomingUpload {
  readonly key: BlobKey;
  readonly canDefer: boolean;
  /** Waits for a turn among all bodies. */
  readonly acquireSlot: (options: AbortOptions) => Promise<Permit>;
  /** The decoded content. Called at most once, and only where it is needed. */
  readonly openBody: () => AsyncIterable<Uint8Array>;
}

/** Long uploads keep their definition's other files from garbage collection. */
const RENEW_EVERY_MS = 60_000;

/**
 * Takes one file in, or finds that it need not be taken in. Resolves when that is true and durable.
 * @throws BlobLengthMismatchError, BlobDigestMismatchError, StoreQuotaExceededError, FreeSpaceLowError, DiskFullError,
 * ServerBusyError, ClientBusyError; what the body throws.
 */
export async function receiveUpload(
  services: UploadServices,
  upload: IncomingUpload,
  { signal }: AbortOptions = {},
): Promise<UploadResult> {
  const { key, canDefer } = upload;
  services.pins.renewFor(key);
  if (await isKept(services.store, key, { signal })) return 'exists';
  const turn = await services.uploads.begin(key, { canDefer, signal });
  if (turn.kind !== 'claimed') return turn.kind === 'stored' ? 'exists' : 'deferred';
  const { claim } = turn;
  const work = (options: AbortOptions): Promise<UploadResult> => read(services, upload, claim, options);
  return await withClaim(claim, signal, { work, isStored: () => true, overtaken: 'exists' });
}

async function read(
  { store, pins, space }: UploadServices,
  { key, acquireSlot, openBody }: IncomingUpload,
  claim: UploadClaim,
  options: AbortOptions,
): Promise<UploadResult> {
  using _slot = await acquireSlot(options);
  using reservation = await space.reserve(key.sizeBytes);
  let renewedAtMs = performance.now();
  const advance = (sizeBytes: number): void => {
    claim.advance(sizeBytes);
    reservation.advance(sizeBytes);
    if (performance.now() - renewedAtMs < RENEW_EVERY_MS) return;
    renewedAtMs = performance.now();
    pins.renewFor(key);
  };
  const outcome = await store.put(key, countedBody(openBody, advance), options);
  if (outcome === 'stored') reservation.stored();
  pins.renewFor(key);
  return outcome;
}
