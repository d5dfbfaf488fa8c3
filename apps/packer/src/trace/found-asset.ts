import type { FileSearch, UsageKind } from './usage.ts';

/** What a rule says about a path. */
export interface FoundAsset {
  readonly kind: UsageKind;
  readonly search: FileSearch;
  readonly isPacked?: boolean;
  readonly isOptional?: boolean;
}
