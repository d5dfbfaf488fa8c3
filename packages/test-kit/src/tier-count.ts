const tiers = ['push', 'nightly', 'release'] as const;

/** How much is tested: `push` on every commit, `nightly` and `release` with the full counts. */
export type TestTier = (typeof tiers)[number];

export interface TierCounts {
  push: number;
  nightly: number;
  /** Default: the nightly count. */
  release?: number;
}

/** The tier of this run, from `WAYBILL_TEST_TIER`; `push` when unset. Throws on an unknown tier, so that a typo cannot shrink a nightly run. */
export function testTier(environment: NodeJS.ProcessEnv = process.env): TestTier {
  const name = environment['WAYBILL_TEST_TIER'] || 'push';
  const tier = tiers.find((known) => known === name);
  if (tier === undefined) throw new Error(`WAYBILL_TEST_TIER is ${name}; it can be ${tiers.join(', ')}`);
  return tier;
}

/** The count that the tier of this run asks for. */
export function tierCount({ push, nightly, release = nightly }: TierCounts, environment = process.env): number {
  return { push, nightly, release }[testTier(environment)];
}
