import { open } from 'lmdb';

/** The part of an LMDB database that we use. Keys are bytes, or numbers of 32 bits. */
export interface LmdbTable<K extends Uint8Array | number> {
  /** A copy; undefined for what is not there. */
  getBinary(key: K): Uint8Array | undefined;
  /** Valid until the next read only. */
  getBinaryFast(key: K): Uint8Array | undefined;
  doesExist(key: K): boolean;
  /** False where the key was there and `noOverwrite` is set. */
  putSync(key: K, value: Uint8Array, options?: { append?: boolean; noOverwrite?: boolean }): boolean;
  /** False where the key was not there. */
  removeSync(key: K): boolean;
  getKeys(options: { reverse?: boolean; limit?: number }): Iterable<K>;
  getStats(): unknown;
}

/** One environment with its tables. */
export interface LmdbDatabase {
  /** Multihash to place: see `pack-format.ts`. */
  readonly index: LmdbTable<Uint8Array>;
  /** Number to pack, in the order in which blocks came. */
  readonly packs: LmdbTable<number>;
  /** Packs that the index does not know yet: the first of a commit to the last, 4 bytes big-endian. */
  readonly tail: LmdbTable<number>;
  /** Format and roots, by name. */
  readonly meta: LmdbTable<Uint8Array>;
  /** Commits what `work` has written, and returns when it is on disk; writes nothing when it throws. */
  write<T>(work: () => T): T;
  /** Lets reads that follow see what others have committed. */
  renewReads(): void;
  close(): Promise<void>;
}

export interface OpenDatabaseInit {
  path: string;
  readOnly: boolean;
}

export function openDatabase({ path, readOnly }: OpenDatabaseInit): LmdbDatabase {
  const bytes = { keyEncoding: 'binary', encoding: 'binary', cache: false } as const;
  // Without overlappingSync each commit is synced before it is visible: the plain order of LMDB, which survives a power cut.
  const root = open<Uint8Array, Uint8Array>({
    path,
    readOnly,
    ...bytes,
    overlappingSync: false,
    noMemInit: true,
    maxDbs: 4,
    noSubdir: false,
  });
  const table = <K extends Uint8Array | number>(name: string, keyEncoding: 'binary' | 'uint32'): LmdbTable<K> =>
    root.openDB<Uint8Array, K>({ ...bytes, name, keyEncoding }) as unknown as LmdbTable<K>;
  return {
    index: table<Uint8Array>('index', 'binary'),
    packs: table<number>('packs', 'uint32'),
    tail: table<number>('tail', 'uint32'),
    meta: table<Uint8Array>('meta', 'binary'),
    // By default abortable, and synced before it returns.
    write: (work) => root.transactionSync(work),
    renewReads: () => root.resetReadTxn(),
    close: () => root.close(),
  };
}
