import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskFullError, isErrnoException } from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { PinStore } from '../state/pins.ts';
import type { BlobLocator } from './blob-locator.ts';
import { buildTree } from './build-tree.ts';
import { CheckoutExistsError, MissingFilesError } from './checkout-errors.ts';
import { CheckoutFinder } from './checkout-finder.ts';
import { candidatesOf, checkedPath, type CheckoutPlace, placeOf } from './checkout-place.ts';
import { CheckoutRecords, identityOf } from './checkout-records.ts';
import type {
  CheckoutDetails,
  CheckoutStore,
  CheckoutSummary,
  CheckoutTarget,
  CreatedCheckout,
  EraseGoneOptions,
  LinkKind,
} from './checkout-store.ts';
import { entryAt } from './entry-at.ts';
import { eraseGone } from './erase-gone.ts';
import type { HiddenFolder } from './hidden-folder.ts';
import { heldClaim, NOBODY_ELSE } from './path-claims.ts';
import type { PathClaims } from './path-claims.ts';
import { type CheckoutPlan, planCheckout } from './plan-checkout.ts';
import { parentsOf, refuseParents } from './publish-tree.ts';
import { TreePlacer } from './tree-placer.ts';

export interface FileCheckoutStoreInit {
  /** The folder of the checkouts; made when missing. May be reached by a symbolic link. */
  root: string;
  locator: BlobLocator;
  pins: PinStore;
  /** Default `auto`: symbolic links, or what the file system can do. */
  links?: LinkKind | 'auto';
  /** Default `full`. */
  durability?: Durability;
  /** Takes what fails after a call has done what it was asked for: a tree aside that could not be removed. */
  onError?: (error: unknown) => void;
}

/** A long build renews its pin this often: several times in the life of one. */
const RENEW_EVERY_MS = 600_000;

/** One checkout of a registry. */
export interface Registration {
  readonly path: string;
  readonly registration: string;
}

/** A tree of a checkout that another server made: it can be made again. */
export interface CopiedTree extends Registration {
  readonly sizeBytes: number;
  /** When it was made or last asked for, in milliseconds since 1970. */
  readonly usedAtMs: number;
}

/** See {@link CheckoutStore}, {@link HiddenFolder} for what else is in the root, {@link TreePlacer} for how one appears. */
export class FileCheckoutStore implements CheckoutStore {
  readonly links: LinkKind;
  readonly #root: string;
  readonly #init: FileCheckoutStoreInit;
  readonly #durability: Durability;
  readonly #hidden: HiddenFolder;
  readonly #records: CheckoutRecords;
  readonly #finder: CheckoutFinder;
  readonly #placer: TreePlacer;
  readonly #running = new Set<Promise<unknown>>();

  /** @param root Real path of an existing folder. */
  constructor(root: string, links: LinkKind, hidden: HiddenFolder, init: FileCheckoutStoreInit) {
    this.links = links;
    this.#root = root;
    this.#init = init;
    const { durability = 'full', onError } = init;
    this.#durability = durability;
    this.#hidden = hidden;
    const records = new CheckoutRecords(root, hidden.records, durability);
    this.#records = records;
    this.#finder = new CheckoutFinder(root, records);
    this.#placer = new TreePlacer({ root, hidden, records, durability, onError });
  }

  /** @param claims Asked for each path before it is taken. Default: nobody else has a say. */
  create(
    target: CheckoutTarget,
    files: readonly ShamanFile[],
    options: AbortOptions = {},
    claims: PathClaims = NOBODY_ELSE,
  ): Promise<CreatedCheckout> {
    return this.#track(this.#create(() => placeOf(target), files, claims, options));
  }

  /** As `create`, at exactly this path, which a registry has given to it. */
  createRegistered(
    { path, registration }: Registration,
    files: readonly ShamanFile[],
    options: AbortOptions = {},
  ): Promise<CreatedCheckout> {
    const claims: PathClaims = { claim: () => Promise.resolve(heldClaim(registration)) };
    const place = { path: checkedPath(path), suffix: false, copy: true } as const;
    return this.#track(this.#create(() => place, files, claims, options));
  }

  async *list(options: AbortOptions = {}): AsyncGenerator<CheckoutSummary> {
    options.signal?.throwIfAborted();
    yield* this.#finder.list(options);
  }

  async show(path: string, options: AbortOptions = {}): Promise<CheckoutDetails | undefined> {
    options.signal?.throwIfAborted();
    if (!(await this.#finder.isCheckout(checkedPath(path), options))) return undefined;
    const entries = await this.#finder.entries(path, options);
    const summary = await this.#finder.summary(path, options);
    return entries === undefined || summary === undefined ? undefined : { ...summary, entries };
  }

  async erase(path: string, options: AbortOptions = {}): Promise<boolean> {
    options.signal?.throwIfAborted();
    if (!(await this.#finder.isCheckout(checkedPath(path), options))) return false;
    options.signal?.throwIfAborted();
    return this.#track(this.#placer.erase(path));
  }

  /** Erases a checkout if it is the one of this registration. */
  async eraseRegistered({ path, registration }: Registration): Promise<boolean> {
    if (this.registrationAt(path) !== registration) return false;
    return this.#track(this.#placer.erase(path));
  }

  eraseGone(live: ReadonlySet<string>, options: EraseGoneOptions = {}): Promise<string[]> {
    return eraseGone(this, live, options);
  }

  /** Notes that a checkout was asked for, if it is here. Done when the call returns. */
  noteUse(path: string): void {
    this.#records.noteUse(checkedPath(path));
  }

  /** Those that `createRegistered` made. */
  async *copies(options: AbortOptions = {}): AsyncGenerator<CopiedTree> {
    for await (const { path, registration, sizeBytes, copy } of this.#records.all(options)) {
      const usedAtMs = this.#records.usedAtMs(path);
      if (copy === true && registration !== undefined && usedAtMs !== undefined)
        yield { path, registration, sizeBytes, usedAtMs };
    }
  }

  /** Erases a copy, unless it was used since. Nothing of this process comes between the look and the step out of sight. */
  async eraseUnused(tree: Registration, { ifUsedBeforeMs }: { readonly ifUsedBeforeMs: number }): Promise<boolean> {
    const usedAtMs = this.#records.usedAtMs(checkedPath(tree.path));
    if (usedAtMs === undefined || usedAtMs >= ifUsedBeforeMs) return false;
    return this.eraseRegistered(tree);
  }

  /** What a registry calls the checkout at this path; undefined where there is none, or one that no registry knows. */
  registrationAt(path: string): string | undefined {
    return this.#records.at(checkedPath(path))?.registration;
  }

  /** Those that are in place. */
  async *registrations(options: AbortOptions = {}): AsyncGenerator<Registration> {
    for await (const { path, registration } of this.#records.all(options))
      if (registration !== undefined) yield { path, registration };
  }

  /** Remembers what a registry calls a checkout that was there before it. */
  async register({ path, files, sizeBytes, createdAtMs }: CheckoutSummary, registration: string): Promise<void> {
    const identity = await identityAt(join(this.#root, checkedPath(path)));
    await this.#records.add({ path, identity, files, sizeBytes, createdAtMs, registration });
  }

  /** Whether something is at this path, or a checkout above it. */
  isInTheWay(path: string): boolean {
    return (
      entryAt(join(this.#root, checkedPath(path))) !== undefined ||
      parentsOf(path).some((parent) => this.#records.at(parent) !== undefined)
    );
  }

  async sweep(options: AbortOptions = {}): Promise<number> {
    const removed = await this.#hidden.sweep(options);
    await this.#records.prune(options);
    return removed;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }

  async #create(
    findPlace: () => CheckoutPlace,
    files: readonly ShamanFile[],
    claims: PathClaims,
    options: AbortOptions,
  ): Promise<CreatedCheckout> {
    options.signal?.throwIfAborted();
    const place = findPlace();
    const plan = planCheckout(files);
    this.#refuseTaken(place);
    const { keys } = plan;
    const { pins } = this.#init;
    await pins.pin(keys, options);
    const renewing = setInterval(() => keys.slice(0, 1).forEach((key) => pins.renewFor(key)), RENEW_EVERY_MS);
    try {
      await this.#requireAll(plan, options);
      const path = await this.#build(place, plan, claims, options);
      return { path, files: plan.files.length, sizeBytes: plan.sizeBytes };
    } catch (error) {
      throw isDiskFull(error) ? new DiskFullError(join(this.#root, place.path), error) : error;
    } finally {
      clearInterval(renewing);
    }
  }

  /** Before any work is done for it. */
  #refuseTaken({ path, suffix }: CheckoutPlace): void {
    refuseParents(this.#root, path, (parent) => this.#placer.isOccupied(parent));
    if (!suffix && entryAt(join(this.#root, path)) !== undefined) throw new CheckoutExistsError(path);
  }

  async #requireAll(plan: CheckoutPlan, options: AbortOptions): Promise<void> {
    const { folders, keys } = plan;
    const { present } = await this.#init.locator.locate(keys, options);
    const absent = new Set(keys.filter((_, index) => present[index] !== true));
    if (absent.size === 0) return;
    const files = folders.flatMap((folder) => folder.files);
    const missing = new Set(files.filter(({ key }) => absent.has(key)).map(({ file }) => file));
    throw new MissingFilesError(plan.files.filter((file) => missing.has(file)));
  }

  async #build(place: CheckoutPlace, plan: CheckoutPlan, claims: PathClaims, options: AbortOptions): Promise<string> {
    const tree = await this.#hidden.createBuilding();
    try {
      const { links } = this;
      const { locator } = this.#init;
      const finalFolder = join(this.#root, place.path);
      await buildTree({ folder: tree, finalFolder, plan, links, locator, durability: this.#durability }, options);
      options.signal?.throwIfAborted();
      return await this.#publish(tree, place, plan, claims);
    } finally {
      await rm(tree, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** From here on there is no way back: whoever aborts now is answered as if he had not. */
  async #publish(tree: string, place: CheckoutPlace, plan: CheckoutPlan, claims: PathClaims): Promise<string> {
    const identity = await identityAt(tree);
    for (const path of candidatesOf(place)) {
      if (entryAt(join(this.#root, path)) !== undefined) continue;
      const claim = await claims.claim(path, plan, { waits: !place.suffix });
      if (claim === undefined) continue;
      const { registration } = claim;
      const { files, sizeBytes } = plan;
      const { copy } = place;
      const record = { path, identity, files: files.length, sizeBytes, createdAtMs: Date.now(), registration, copy };
      if (await this.#placer.publish(tree, record, claim)) return path;
    }
    throw new CheckoutExistsError(place.path);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }
}

async function identityAt(path: string): Promise<string> {
  return identityOf(await lstat(path, { bigint: true }));
}

function isDiskFull(error: unknown): boolean {
  return isErrnoException(error, 'ENOSPC') || isErrnoException(error, 'EDQUOT');
}
