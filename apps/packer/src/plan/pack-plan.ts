import type { FilePath } from '../paths/file-path.ts';
import type { Usage } from '../trace/usage.ts';

/** A path in a file that will be set, since what stands there leads elsewhere once the file has moved. */
export interface Rewrite {
  readonly usage: Usage;
  /** `//…`, with `/`. */
  readonly newPath: Buffer;
}

/** One file, and where it goes. */
export interface PlannedFile {
  readonly source: FilePath;
  /** In the pack: UTF-8, with `/`. With `names: 'bytes'` a byte that is no UTF-8 is `\xNN`. */
  readonly place: string;
  readonly kind: 'blend' | 'asset';
  readonly sizeBytes: number;
  /** `dev:ino:size:mtimeNs:ctimeNs`, when it was found: what was planned holds for this state of the file only. */
  readonly identity: string;
  /** Whether it comes from outside the project. */
  readonly isOutside: boolean;
  readonly rewrites: readonly Rewrite[];
}

/** Why something that a file refers to is not in the pack, on purpose. */
export type LeftOutReason = 'excluded' | 'absolute-path' | 'missing';

export interface LeftOut {
  readonly usage: Usage;
  readonly reason: LeftOutReason;
  /** Of `usage.files`; all of them, unless a pattern excluded some only. */
  readonly files: readonly FilePath[];
}

/** What packing would do. Nothing was touched. */
export interface PackPlan {
  /** The file that was asked for. */
  readonly blend: FilePath;
  /** Files below it keep their place relative to it. */
  readonly project: FilePath;
  /** In the pack, of the file that was asked for. */
  readonly blendPlace: string;
  /** In the order of their places. */
  readonly files: readonly PlannedFile[];
  /** Referred to, needed, and not on disk. */
  readonly missing: readonly Usage[];
  readonly leftOut: readonly LeftOut[];
  /** Of all files, before rewriting. */
  readonly sizeBytes: number;
  /** References that were looked at, in the files that are packed. */
  readonly usageCount: number;
}
