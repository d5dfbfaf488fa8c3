/**
 * What an acknowledged write survives.
 * - `full`: a power cut. The file and every new directory entry are synced. The default wherever something is acknowledged.
 * - `file`: a power cut, as far as the content goes; the file may then still miss from its directory.
 * - `none`: the end of this process, but not of the machine: the content is in the page cache.
 */
export type Durability = 'full' | 'file' | 'none';

export const durabilities: readonly Durability[] = ['full', 'file', 'none'];
