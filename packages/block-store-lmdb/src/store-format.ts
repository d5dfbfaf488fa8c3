import { LmdbFormatUnknownError } from './lmdb-errors.ts';
import type { LmdbDatabase } from './lmdb-database.ts';

/** Changes when older programs could not read what newer ones write. */
const FORMAT = 'waybill-blocks-2';
const FORMAT_KEY = Buffer.from('format');

/**
 * Makes a new database one of ours, and refuses one that is not.
 * @throws LmdbFormatUnknownError.
 */
export function assertFormat(database: LmdbDatabase, { path, readOnly }: { path: string; readOnly: boolean }): void {
  const found = database.meta.getBinary(FORMAT_KEY);
  if (found === undefined && !readOnly && isEmpty(database)) {
    database.write(() => database.meta.putSync(FORMAT_KEY, Buffer.from(FORMAT)));
    return;
  }
  const actual = found && Buffer.from(found).toString();
  if (actual !== FORMAT) throw new LmdbFormatUnknownError(path, { expected: FORMAT, actual });
}

function isEmpty({ index, packs }: LmdbDatabase): boolean {
  const first = { reverse: false, limit: 1 };
  return [...index.getKeys(first)].length === 0 && [...packs.getKeys(first)].length === 0;
}
