import { UsageInvalidError } from '@waybill/cli-kit';

/** An upload of many gigabytes may take this long between its first file and its checkout. */
export const LEAST_AGE_MS = 3_600_000;

/**
 * Files that have come and are not yet in a checkout look like garbage to a collection that takes what is young.
 * @throws UsageInvalidError for an age at which a collection beside a running server would take them.
 */
export function checkAgeBesideServer(gcMaxAgeMs: number): void {
  if (gcMaxAgeMs >= LEAST_AGE_MS) return;
  throw new UsageInvalidError(
    '--gc-max-age below 1h is refused while a server runs: files that clients have just sent, and not yet checked out, ' +
      'would be deleted. Stop the server first, or give at least 1h',
  );
}
