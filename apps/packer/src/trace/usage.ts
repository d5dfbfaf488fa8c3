import type { AbortOptions } from '@waybill/common';
import type { DnaCache } from '@waybill/blendfile';
import type { FilePath } from '../paths/file-path.ts';

/** What a path stands for. All but `library` and `file` can lead to several files. */
export type UsageKind = 'library' | 'file' | 'sequence' | 'tiles' | 'directory' | 'cache';

/** A place in a .blend file that has to be set when the asset moves. */
export interface UsageField {
  /** `path`: the whole path; `directory` and `name`: the two parts of one, in fields of their own; `length`: its bytes, the zero included. */
  readonly role: 'path' | 'directory' | 'name' | 'length';
  /** The file-block. */
  readonly block: number;
  /** Of the struct, in bytes from the start of the body of the block. */
  readonly bodyOffset: number;
  /** Name of the struct; empty for a text of any length, which is the whole body of its block. */
  readonly struct: string;
  /** Name of the field in the struct. */
  readonly path: string;
  /** Room, the zero byte at the end included; `Infinity` for a text of any length. */
  readonly sizeBytes: number;
}

/** Where in the file a usage stands. */
export interface UsageSource {
  /** The datablock: two letters of its kind (`IM`), and its name with them (`IMbricks`). */
  readonly datablock: { readonly code: string; readonly name: string };
  /** Struct and field, under their current names: `Image.filepath`. */
  readonly via: string;
  /** What a rewrite sets; empty for a path that Blender makes from the name of the .blend file (`blendcache_…`): it cannot be set. */
  readonly fields: readonly UsageField[];
  /**
   * As in the file; of a directory and a name, both joined. Made up where there is no field: `//blendcache_shot` (in a
   * {@link FoundUsage} `//blendcache_*`).
   */
  readonly stored: Buffer;
  readonly kind: UsageKind;
  /** The asset lies in the .blend file itself. */
  readonly isPacked: boolean;
  /** It is no fault when it does not exist: a cache that was never baked. */
  readonly isOptional: boolean;
  /** The `PackedFile` blocks to go through to the .blend file that has the fields, where that is packed into another one. */
  readonly nesting: readonly number[];
}

/** A reference of one datablock to one asset. */
export interface Usage extends UsageSource {
  /** The .blend file that holds it. */
  readonly holder: FilePath;
  /**
   * The .blend file that `stored` is relative to. Nearly always `holder`; for what a packed library refers to, where that library
   * would be.
   */
  readonly base: FilePath;
  /** Where the stored path leads: a pattern for sequences and tiles, a folder for directories and caches. */
  readonly absolute: FilePath;
  /** Stored as an absolute path. */
  readonly wasAbsolute: boolean;
  /** On disk, when it was traced; empty: missing. */
  readonly files: readonly AssetFile[];
}

export interface AssetFile {
  readonly path: FilePath;
  readonly sizeBytes: number;
  /** `dev:ino:size:mtimeNs:ctimeNs`: changes whenever the content may have. */
  readonly identity: string;
}

/**
 * Which files a path stands for:
 *
 *     file       the path itself
 *     siblings   the path is a pattern: the files in its folder whose names match
 *     folder     the path is a folder: the files in it whose names match
 *     tree       the path is a folder: all files below those folders in it whose names match
 *     names      the path is a folder: these files in it
 *     none       nothing on disk
 *
 * Those `required`, and all of `names`, are missed where they are absent, even if others are there.
 */
export type FileSearch =
  | { readonly in: 'file' | 'none' }
  /** A regular expression for names of which each byte is one character (latin1). */
  | { readonly in: 'siblings' | 'folder' | 'tree'; readonly expression: string; readonly required?: readonly Buffer[] }
  | { readonly in: 'names'; readonly names: readonly Buffer[] };

/** A usage as it stands in a file, before anything was looked for on disk. Plain data, to be kept between runs. */
export interface FoundUsage extends UsageSource {
  /** Relative to: the holder; the file that was asked for; or a library that is packed into the holder, by its path as stored (several: one in the other). */
  readonly relativeTo: 'holder' | 'root' | readonly Buffer[];
  readonly search: FileSearch;
  /** Of a library: which of its datablocks are linked, as hexadecimal bytes of names with code. */
  readonly linked?: readonly string[];
}

/** What is known of files that were traced before. */
export interface UsageCache {
  get(key: string): readonly FoundUsage[] | undefined;
  set(key: string, found: readonly FoundUsage[]): void;
}

/** Each is called when it happens; an exception ends the tracing. */
export interface TraceCallbacks {
  /** A .blend file is about to be read; not called where the cache knows it. */
  fileOpened?(path: FilePath): void;
  assetFound?(usage: Usage): void;
  /** The asset is needed, and there is no file. */
  missing?(usage: Usage): void;
}

export interface TraceOptions extends AbortOptions {
  readonly callbacks?: TraceCallbacks | undefined;
  /** Default: one for the process. */
  readonly dnaCache?: DnaCache | undefined;
  /** Default: every file is read. */
  readonly usageCache?: UsageCache | undefined;
  /** Whether proxies of clips and strips are assets; default false: Blender makes them anew. */
  readonly proxies?: boolean | undefined;
}
