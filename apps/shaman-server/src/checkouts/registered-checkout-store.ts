import { type BlobStore, blobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';
import { DatabaseUnavailableError } from '../state/database-unavailable-error.ts';
import { CheckoutExistsError } from './checkout-errors.ts';
import { checkedPath, placeOf } from './checkout-place.ts';
import type { CheckoutRegistry, RegisteredCheckout } from './checkout-registry.ts';
import type {
  CheckoutDetails,
  CheckoutEntry,
  CheckoutStore,
  CheckoutSummary,
  CheckoutTarget,
  CreatedCheckout,
  EraseGoneOptions,
} from './checkout-store.ts';
import { eraseGone } from './erase-gone.ts';
import type { CopyEvictor } from './copy-evictor.ts';
import type { FileCheckoutStore } from './file-checkout-store.ts';
import { RegistryFollower } from './registry-follower.ts';
import type { RegistryFollowerInit } from './registry-follower.ts';

export interface RegisteredCheckoutStoreInit extends RegistryFollowerInit {
  /** Of all servers. */
  store: Pick<BlobStore, 'hasMany'>;
  /** Keeps trees that are made on demand from filling the disk. Default: nobody does. The store's to close. */
  evictor?: CopyEvictor | undefined;
}

/**
 * Checkouts of a farm whose servers have folders of their own: which there are is in a registry, the trees are in each folder.
 *
 * While the database is away, what this server knows of is still listed and shown; to create and to erase is a
 * DatabaseUnavailableError.
 */
export class RegisteredCheckoutStore implements CheckoutStore {
  readonly follower: RegistryFollower;
  readonly #init: RegisteredCheckoutStoreInit;
  readonly #registry: CheckoutRegistry;
  readonly #local: FileCheckoutStore;

  constructor(init: RegisteredCheckoutStoreInit) {
    this.#init = init;
    this.#registry = init.registry;
    this.#local = init.local;
    this.follower = new RegistryFollower(init);
  }

  async create(
    target: CheckoutTarget,
    files: readonly ShamanFile[],
    options: AbortOptions = {},
  ): Promise<CreatedCheckout> {
    const { path } = placeOf(target);
    // What is here may have been erased elsewhere a moment ago.
    if (this.#local.isInTheWay(path)) await this.follower.catchUp(options);
    if (target.layout === 'v2' && (await this.#registry.find(path, options)) !== undefined)
      throw new CheckoutExistsError(path);
    return this.#local.create(target, files, options, this.#registry);
  }

  async *list(options: AbortOptions = {}): AsyncGenerator<CheckoutSummary> {
    for (const checkout of await this.#list(options)) yield summaryOf(checkout);
  }

  async show(path: string, options: AbortOptions = {}): Promise<CheckoutDetails | undefined> {
    checkedPath(path);
    try {
      const found = await this.#registry.find(path, options);
      if (found !== undefined) return await this.#show(found, options);
    } catch (error) {
      const here = error instanceof DatabaseUnavailableError ? await this.#local.show(path, options) : undefined;
      if (here !== undefined) return here;
      throw error;
    }
    return this.#isRegistered(path) ? undefined : this.#local.show(path, options);
  }

  async erase(path: string, options: AbortOptions = {}): Promise<boolean> {
    options.signal?.throwIfAborted();
    const registration = await this.#registry.erase(checkedPath(path));
    if (registration !== undefined) {
      await this.follower.erased({ path, registration });
      return true;
    }
    return this.#isRegistered(path) ? false : this.#local.erase(path, options);
  }

  eraseGone(live: ReadonlySet<string>, options: EraseGoneOptions = {}): Promise<string[]> {
    return eraseGone(this, live, options);
  }

  async sweep(options: AbortOptions = {}): Promise<number> {
    await this.follower.sync();
    return this.#local.sweep(options);
  }

  async close(): Promise<void> {
    await this.follower.close();
    await this.#init.evictor?.close();
    await this.#local.close();
    await this.#registry.close();
  }

  /** A tree of the registry that it no longer has is about to go. */
  #isRegistered(path: string): boolean {
    const registration = this.#local.registrationAt(path);
    return registration !== undefined && this.#registry.isOwn(registration);
  }

  async #list(options: AbortOptions): Promise<RegisteredCheckout[]> {
    try {
      return await Array.fromAsync(this.#registry.list(options));
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      return this.follower.known.sort((a, b) => (a.path < b.path ? -1 : 1));
    }
  }

  /** Where trees are made on demand, this is the demand: who is shown a checkout finds it in the folder. */
  async #show(checkout: RegisteredCheckout, options: AbortOptions): Promise<CheckoutDetails | undefined> {
    const files = await this.#registry.files(checkout.registration, options);
    if (files === undefined) return undefined;
    if (this.#init.materialise === 'on-demand') await this.#demand(checkout, options);
    return { ...summaryOf(checkout), entries: await this.#entriesOf(files, options) };
  }

  /** First its use is noted: one that is here does not go any more. */
  async #demand(checkout: RegisteredCheckout, options: AbortOptions): Promise<void> {
    this.#local.noteUse(checkout.path);
    await this.follower.maker.make(checkout, options);
    this.#init.evictor?.begin();
  }

  async #entriesOf(files: readonly ShamanFile[], options: AbortOptions): Promise<CheckoutEntry[]> {
    const present = await this.#init.store.hasMany(
      files.map(({ sha, sizeBytes }) => blobKey(sha, sizeBytes)),
      options,
    );
    const entries = files.map((file, index) => ({ ...file, present: present[index] === true }));
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

function summaryOf({ path, name, files, sizeBytes, createdAtMs }: CheckoutSummary): CheckoutSummary {
  return { path, name, files, sizeBytes, createdAtMs };
}
