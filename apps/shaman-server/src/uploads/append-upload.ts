import type { BlobKey, PartialUploads } from '@waybill/blob-store';
import type { AbortOptions, Permit } from '@waybill/common';
import { countedBody } from './counted-body.ts';
import { isKept } from './is-kept.ts';
import type { UploadServices } from './receive-upload.ts';
import { UploadOffsetMismatchError } from './upload-errors.ts';
import { withClaim } from './with-claim.ts';

/** Where an upload that can be resumed stands. */
export interface UploadState {
  /** Bytes that are durable. */
  readonly offset: number;
  /** The file is stored. */
  readonly isComplete: boolean;
}

export interface ResumableServices extends UploadServices {
  readonly partials: PartialUploads;
}

export interface UploadPart {
  readonly key: BlobKey;
  /** Where the sender thinks that the upload stands. */
  readonly offset: number;
  readonly acquireSlot: (options: AbortOptions) => Promise<Permit>;
  readonly openBody: () => AsyncIterable<Uint8Array>;
}

/** How far the upload of a file has come. @throws PartialUploadBusyError. */
export async function uploadState(
  { store, partials }: Pick<ResumableServices, 'store' | 'partials'>,
  key: BlobKey,
  options: AbortOptions = {},
): Promise<UploadState> {
  if (await isKept(store, key, options)) return { offset: key.sizeBytes, isComplete: true };
  await using partial = await partials.open(key, options);
  return { offset: partial.offset, isComplete: false };
}

/**
 * Adds to an upload that can be resumed, and stores the file once all of it is there. What came before a connection broke is
 * kept.
 * @throws UploadOffsetMismatchError, PartialUploadBusyError, BlobLengthMismatchError, BlobDigestMismatchError (then what was
 * there is gone), and what `receiveUpload` throws.
 */
export async function appendUpload(
  services: ResumableServices,
  part: UploadPart,
  options: AbortOptions = {},
): Promise<UploadState> {
  const { key } = part;
  const complete: UploadState = { offset: key.sizeBytes, isComplete: true };
  services.pins.renewFor(key);
  if (await isKept(services.store, key, options)) return complete;
  const turn = await services.uploads.begin(key, options);
  if (turn.kind !== 'claimed') return complete;
  const { claim } = turn;
  const work = (inner: AbortOptions): Promise<UploadState> =>
    append(services, part, (bytes) => claim.advance(bytes), inner);
  return await withClaim(claim, options.signal, {
    work,
    isStored: ({ isComplete }) => isComplete,
    overtaken: complete,
  });
}

async function append(
  { partials, space, pins }: ResumableServices,
  { key, offset, acquireSlot, openBody }: UploadPart,
  advance: (receivedBytes: number) => void,
  options: AbortOptions,
): Promise<UploadState> {
  using _slot = await acquireSlot(options);
  await using partial = await partials.open(key, options);
  if (partial.offset !== offset) throw new UploadOffsetMismatchError(partial.offset, offset);
  using reservation = await space.reserve(key.sizeBytes - offset);
  const count = (receivedBytes: number): void => {
    advance(receivedBytes);
    reservation.advance(receivedBytes);
  };
  await partial.append(countedBody(openBody, count), options);
  if (partial.offset < key.sizeBytes) return { offset: partial.offset, isComplete: false };
  await partial.finish(options);
  reservation.stored();
  pins.renewFor(key);
  return { offset: key.sizeBytes, isComplete: true };
}
