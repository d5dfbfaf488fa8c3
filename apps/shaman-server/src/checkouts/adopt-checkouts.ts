import type { BlobStore } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { PinStore } from '../state/pins.ts';
import { CheckoutInsideAnotherError } from './checkout-errors.ts';
import type { CheckoutRegistry } from './checkout-registry.ts';
import type { CheckoutSummary } from './checkout-store.ts';
import type { FileCheckoutStore } from './file-checkout-store.ts';
import { planCheckout } from './plan-checkout.ts';

export interface AdoptCheckoutsInit {
  registry: CheckoutRegistry;
  local: FileCheckoutStore;
  pins: PinStore;
  store: Pick<BlobStore, 'touch'>;
  /** Why a checkout stays known to this server alone. */
  onLeft?: ((path: string, reason: string) => void) | undefined;
}

/**
 * Tells the registry of checkouts that were here before it, or that another registry knew. Whatever the registry says, none of
 * these is erased.
 */
export async function adoptCheckouts(init: AdoptCheckoutsInit, options: AbortOptions = {}): Promise<void> {
  const { registry, local } = init;
  for await (const checkout of local.list(options)) {
    const registration = local.registrationAt(checkout.path);
    if (registration === undefined || !registry.isOwn(registration)) await adopt(init, checkout, options);
  }
}

async function adopt(init: AdoptCheckoutsInit, checkout: CheckoutSummary, options: AbortOptions): Promise<void> {
  const { local, onLeft } = init;
  const { path } = checkout;
  const files = filesOf((await local.show(path, options))?.entries ?? []);
  if (files === undefined) {
    onLeft?.(path, 'it is not made of links into the store');
    return;
  }
  const registration = await register(init, path, files, options);
  if (registration === undefined) onLeft?.(path, 'another server has a checkout of this path');
  else await local.register(checkout, registration);
}

/** First it is confirmed, then remembered here: a registration that does not hold would be erased. */
async function register(
  { registry, pins, store }: AdoptCheckoutsInit,
  path: string,
  files: readonly ShamanFile[],
  options: AbortOptions,
): Promise<string | undefined> {
  const plan = planCheckout(files);
  await pins.pin(plan.keys, options);
  await store.touch(plan.keys, options);
  const claim = await registry.claim(path, plan, { waits: true }).catch((error: unknown) => {
    if (error instanceof CheckoutInsideAnotherError) return undefined;
    throw error;
  });
  if (claim !== undefined) {
    await claim.confirm();
    return claim.registration;
  }
  const other = (await registry.find(path, options))?.registration;
  const theirs = other === undefined ? undefined : await registry.files(other, options);
  return theirs !== undefined && listOf(theirs) === listOf(files) ? other : undefined;
}

function filesOf(entries: readonly { sha: string | undefined; sizeBytes: number | undefined; path: string }[]) {
  const files: ShamanFile[] = [];
  for (const { sha, sizeBytes, path } of entries) {
    if (sha === undefined || sizeBytes === undefined) return undefined;
    files.push({ sha, sizeBytes, path });
  }
  return files;
}

function listOf(files: readonly ShamanFile[]): string {
  return files
    .map(({ sha, sizeBytes, path }) => `${path} ${sha} ${sizeBytes}`)
    .sort()
    .join('\n');
}
