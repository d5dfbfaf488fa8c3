import type { CheckoutPlan } from './plan-checkout.ts';

export interface ClaimOptions {
  /** Whether to wait for somebody who is about to make a checkout at this path: there is no other path to try. */
  waits: boolean;
}

/** Who else has a say in what is at a path: the servers of a farm, each with a folder of its own. */
export interface PathClaims {
  /**
   * Takes the path for a checkout that is built and not in place yet.
   * @returns Undefined where the path is taken.
   * @throws CheckoutInsideAnotherError.
   */
  claim(path: string, plan: CheckoutPlan, options: ClaimOptions): Promise<PathClaim | undefined>;
}

/** One of `confirm` and `release` is called, once. */
export interface PathClaim {
  /** What the checkout is called from now on; undefined where nobody else knows it. */
  readonly registration: string | undefined;
  /** The checkout is in place, and durable. @throws CheckoutClaimLostError: it must not stay; other errors: nobody knows. */
  confirm(): Promise<void>;
  /** The checkout could not be put in place. Does not throw. */
  release(): Promise<void>;
}

/** A path that is claimed already. */
export function heldClaim(registration: string | undefined): PathClaim {
  const nothing = (): Promise<void> => Promise.resolve();
  return { registration, confirm: nothing, release: nothing };
}

/** The folder alone decides. */
export const NOBODY_ELSE: PathClaims = { claim: () => Promise.resolve(heldClaim(undefined)) };
