/** Linux' PATH_MAX: a longer path could be made, but not opened by name. UTF-8 bytes. */
export const MAX_PATH_BYTES = 4096;

/** What ext4, XFS, Btrfs, ZFS and NTFS allow (NTFS counts 255 UTF-16 units, which is never less). UTF-8 bytes. */
export const MAX_NAME_BYTES = 255;

/** Components of a path. Nobody's project is that deep; some tools recurse once for each. */
export const MAX_DEPTH = 64;

/** A v2 checkout id becomes one file name. */
export const MAX_CHECKOUT_ID_LENGTH = 255;

/** How much a definition may hold. */
export interface DefinitionLimits {
  /** Most files. Default 1,000,000. */
  maxFiles?: number | undefined;
  /**
   * Most bytes of its text (v2 alone; where JSON is parsed before, its reader has to look). Default 256 MiB, about half of
   * the longest text that the engine can hold.
   */
  maxBytes?: number | undefined;
  /**
   * Whether two paths that differ only in case or in Unicode normalisation are refused: on a case-insensitive file system,
   * and through Samba, one of the two cannot be seen. Default true.
   */
  refuseCollisions?: boolean | undefined;
}

export const DEFAULT_MAX_FILES = 1_000_000;
export const DEFAULT_MAX_DEFINITION_BYTES = 256 * 1024 * 1024;
