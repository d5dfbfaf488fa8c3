import { abortableSleep, jitter } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { CheckoutRegistry, RegisteredCheckout } from './checkout-registry.ts';
import type { FileCheckoutStore } from './file-checkout-store.ts';
import { parseChange } from './parse-change.ts';
import { TreeMaker } from './tree-maker.ts';

export interface RegistryFollowerInit {
  registry: CheckoutRegistry;
  local: FileCheckoutStore;
  /** Whether trees are made here of all checkouts, or only of those that are asked for. */
  materialise: 'eager' | 'on-demand';
  /** Between two looks whether a change was not heard of. Default 5,000. */
  pollMs?: number | undefined;
  onError?: ((error: unknown) => void) | undefined;
}

/** A change that is told arrives within milliseconds; after this long it is looked for. */
const HEARD_MS = 250;

/**
 * Keeps the folder of this server as the registry says. Changes come by notice, numbered; where one is missing (this server was
 * away, the connection broke) everything is compared once. With nothing missing a look costs one short statement.
 */
export class RegistryFollower {
  readonly maker: TreeMaker;
  readonly #init: RegistryFollowerInit;
  readonly #closing = new AbortController();
  /** By registration: what this server knows of without the database. */
  readonly #known = new Map<string, RegisteredCheckout>();
  /** Of the last change that was followed. */
  #version = -1;
  #isBehind = true;
  #work: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  #loop: Promise<void> | undefined;

  constructor(init: RegistryFollowerInit) {
    this.#init = init;
    const { registry, local, onError } = init;
    this.maker = new TreeMaker({ registry, local, onError, dropErased: () => this.sync() });
  }

  /** Checkouts as of the last change that was followed. */
  get known(): RegisteredCheckout[] {
    return [...this.#known.values()];
  }

  /** Begins to look by itself, and to make trees that are missing. */
  start(): void {
    this.#loop ??= this.#run();
    for (const checkout of this.known) this.#want(checkout);
  }

  /** Follows a change that was told. */
  hear(payload: string): void {
    const change = parseChange(payload);
    if (change === undefined) {
      this.#isBehind = true;
      return;
    }
    const { kind, version, ...tree } = change;
    void this.#enqueue(async () => {
      if (kind === 'erased') await this.erased(tree);
      else await this.#ready(tree.registration);
      if (version === this.#version + 1) this.#version = version;
      else if (version > this.#version) this.#isBehind = true;
    });
  }

  /** Changes before this were not told: looks whether there were any. */
  hearAgain(): void {
    this.catchUp({ signal: this.#closing.signal }).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#init.onError?.(error);
    });
  }

  /** Takes away what was erased. */
  async erased(tree: { readonly path: string; readonly registration: string }): Promise<void> {
    this.#known.delete(tree.registration);
    this.maker.forget(tree);
    await this.#init.local.eraseRegistered(tree);
  }

  /** Resolves when all that was erased up to now is taken away here. */
  async catchUp(options: AbortOptions = {}): Promise<void> {
    const version = await this.#init.registry.version(options);
    const deadlineMs = performance.now() + HEARD_MS;
    while (this.#version < version && performance.now() < deadlineMs) await abortableSleep(10, options);
    if (this.#version < version) await this.sync();
  }

  /** Compares everything. Trees that are missing are made afterwards. */
  sync(): Promise<void> {
    this.#syncing ??= this.#enqueue(async () => {
      this.#syncing = undefined;
      await this.#sync();
    });
    return this.#syncing;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#loop, this.maker.close()]);
    await this.#work;
  }

  async #run(): Promise<void> {
    const { registry, pollMs = 5000, onError } = this.#init;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        // At the end of what was heard before, or a change on its way would look like one that was missed.
        const version = await registry.version({ signal });
        await this.#work;
        if (this.#isBehind || this.#version < version) await this.sync();
        this.maker.retry();
        await abortableSleep(jitter(pollMs, 0.1), { signal });
      } catch (error) {
        if (isAborted(signal)) return;
        onError?.(error);
        await abortableSleep(pollMs, { signal }).catch(() => undefined);
      }
    }
  }

  async #sync(): Promise<void> {
    const { registry, local } = this.#init;
    // First what is here: a tree that is here has had its row before.
    const here = await Array.fromAsync(local.registrations());
    this.#isBehind = false;
    try {
      const { version, ready, registrations } = await registry.snapshot();
      for (const { registration } of this.known)
        if (!registrations.has(registration)) this.maker.forget({ registration });
      this.#known.clear();
      for (const checkout of ready) this.#known.set(checkout.registration, checkout);
      for (const tree of here)
        if (registry.isOwn(tree.registration) && !registrations.has(tree.registration))
          await local.eraseRegistered(tree);
      this.#version = Math.max(this.#version, version);
      for (const checkout of ready) this.#want(checkout);
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }

  async #ready(registration: string): Promise<void> {
    const checkout = await this.#init.registry.findRegistration(registration);
    if (checkout === undefined) return;
    this.#known.set(registration, checkout);
    this.#want(checkout);
  }

  /** Whoever only looks into a storage makes no trees. */
  #want(checkout: RegisteredCheckout): void {
    if (this.#loop !== undefined && this.#init.materialise === 'eager') this.maker.want(checkout);
  }

  /** One after the other. What fails is looked at again. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch((error: unknown) => {
      this.#isBehind = true;
      this.#init.onError?.(error);
    });
    return done;
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
