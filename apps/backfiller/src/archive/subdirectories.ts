import { DirectoryCache } from './directory-cache.ts';
import type { ListingCache } from './listing-cache.ts';
import { listSubdirectories } from './list-subdirectories.ts';

/**
 * The visible directories in a directory, remembered for as long as its state stays the same. Where it changed, what is
 * known of directories that are no longer in it is forgotten, here and in the listings: a node deletes hours for years.
 */
export class Subdirectories {
  readonly #directories: DirectoryCache<readonly string[]>;

  constructor(listings: Pick<ListingCache, 'keepBelow'>) {
    const read = async (directory: string): Promise<readonly string[]> => {
      const names = await listSubdirectories(directory);
      listings.keepBelow(directory, names);
      this.#directories.keepBelow(directory, names);
      return names;
    };
    this.#directories = new DirectoryCache<readonly string[]>({ read, absent: [] });
  }

  async list(directory: string): Promise<readonly string[]> {
    return this.#directories.get(directory);
  }
}
