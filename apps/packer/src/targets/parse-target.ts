import { UsageInvalidError } from '@waybill/cli-kit';

/** What a target on the command line stands for; each kind makes of it what it needs. */
export type TargetSpec =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'zip'; readonly path: string }
  | { readonly kind: 's3'; readonly url: string }
  | { readonly kind: 'shaman'; readonly url: string };

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/**
 * `DIR`, `FILE.zip`, `s3://endpoint/bucket/path` (also `s3+http://`), `shaman://host/path/#checkoutID` (also `shaman+http://`,
 * `shaman+https://`). A folder whose name ends in `.zip` is written with a slash at its end.
 * @throws UsageInvalidError for another scheme
 */
export function parseTarget(text: string): TargetSpec {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: /\.zip$/i.test(text) ? 'zip' : 'folder', path: text };
  if (/^s3(\+https?)?$/.test(scheme)) return { kind: 's3', url: text };
  if (/^shaman(\+https?)?$/.test(scheme)) return { kind: 'shaman', url: text };
  throw new UsageInvalidError(`${scheme}:// is no target: DIR, FILE.zip, s3://…, shaman://… or shaman+http://…`);
}
