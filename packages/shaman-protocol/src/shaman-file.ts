/** One file of a checkout definition. */
export interface ShamanFile {
  /** SHA-256 of the content: 64 lower-case hex digits. */
  readonly sha: string;
  /** Length of the content: a safe integer, from 0 on. */
  readonly sizeBytes: number;
  /** Where it goes in the checkout: relative, with `/`; follows the rules of docs/protocols/shaman.md. */
  readonly path: string;
}

/** What a server has of a content. */
export type FileStatus = 'unknown' | 'uploading' | 'stored';

/** A file that a server still lacks. */
export interface MissingFile extends ShamanFile {
  readonly status: Exclude<FileStatus, 'stored'>;
}
