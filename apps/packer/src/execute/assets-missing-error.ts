import { WaybillError } from '@waybill/common';
import { formatPath } from '../paths/format-path.ts';
import type { Usage } from '../trace/usage.ts';

const MOST_NAMED = 5;

/** Files are referred to, needed, and not there. Nothing was written. */
export class AssetsMissingError extends WaybillError {
  readonly missing: readonly Usage[];

  constructor(missing: readonly Usage[]) {
    const names = missing.slice(0, MOST_NAMED).map(({ stored }) => formatPath(stored));
    const more = missing.length > MOST_NAMED ? `, and ${missing.length - MOST_NAMED} more` : '';
    super(`${missing.length} files are missing: ${names.join(', ')}${more}`, {
      code: 'ERR_ASSETS_MISSING',
      retryable: false,
    });
    this.missing = missing;
  }
}
