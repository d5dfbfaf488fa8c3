import type { AbortOptions } from '@waybill/common';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { CheckoutSummary } from './checkout-store.ts';
import type { PathClaims } from './path-claims.ts';

/** A checkout that was acknowledged. */
export interface RegisteredCheckout extends CheckoutSummary {
  /** Never given again, also not to the next checkout at this path. */
  readonly registration: string;
}

/** A change of the registry, told to all servers. Changes are numbered without gaps, in the order in which they happened. */
export interface RegistryChange {
  readonly version: number;
  readonly kind: 'ready' | 'erased';
  readonly registration: string;
  /** Undefined where it is too long to be told. */
  readonly path: string | undefined;
}

export interface RegistrySnapshot {
  readonly version: number;
  readonly ready: readonly RegisteredCheckout[];
  /** Of the ready ones, and of those that are being put in place. */
  readonly registrations: ReadonlySet<string>;
}

/**
 * The checkouts of all servers of a farm: which paths are taken, and what is in them. Each server has the trees in a folder of
 * its own; the registry says which there should be.
 *
 * A path is claimed, then the tree is put in place by one server, then it is confirmed: from there on it is a checkout. A claim
 * of a server that went away ends with its lease. Everything throws DatabaseUnavailableError.
 */
export interface CheckoutRegistry extends PathClaims {
  /** In the order of their paths. */
  list(options?: AbortOptions): AsyncIterable<RegisteredCheckout>;
  find(path: string, options?: AbortOptions): Promise<RegisteredCheckout | undefined>;
  findRegistration(registration: string, options?: AbortOptions): Promise<RegisteredCheckout | undefined>;
  /** Undefined for what was erased. */
  files(registration: string, options?: AbortOptions): Promise<ShamanFile[] | undefined>;
  /** What was erased; undefined when there was none. */
  erase(path: string): Promise<string | undefined>;
  /** Whether it was given by this registry, and not by another one that was there before. */
  isOwn(registration: string): boolean;
  /** Ends the claims of servers that went away, then says what the last change was. */
  version(options?: AbortOptions): Promise<number>;
  snapshot(options?: AbortOptions): Promise<RegistrySnapshot>;
  /** Gives back claims that are held. */
  close(): Promise<void>;
}
