import { Buffer } from 'node:buffer';

/** The longest file name on Linux file systems (NAME_MAX). */
const MAX_COMPONENT_BYTES = 255;
/** A quarter of PATH_MAX (4,096): the base directory and a temp file's mark must have room beside it. */
const MAX_PATH_BYTES = 1024;

// C0 and C1 controls and line separators break logs and listings; bidirectional controls make a name look like another.
const FORBIDDEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069/\\]/u;
const DRIVE = /^[A-Za-z]:/;
const ASCII = /^[\x20-\x7e]*$/;
/** What nearly every name is, told by one look. With a digit first a colon makes no drive letter. */
const ORDINARY = /^(?:[\w-][\w.-]{0,254}|\d[\w.:-]{0,254})$/;

/**
 * True where a name from another machine may be used as one component of a path: not empty, no separator of any system,
 * no control character, no leading period (so neither `.`, `..` nor a hidden file), no drive letter, at most 255 bytes.
 * A name beyond ASCII must stay so when a file system normalises it (`．．／` becomes `../`).
 */
export function isSafeComponent(name: string): boolean {
  if (ORDINARY.test(name)) return true;
  if (!isPlain(name)) return false;
  if (ASCII.test(name)) return name.length <= MAX_COMPONENT_BYTES;
  if (!name.isWellFormed() || !isPlain(name.normalize('NFKC'))) return false;
  return Buffer.byteLength(name) <= MAX_COMPONENT_BYTES;
}

/** True where every `/`-separated part is a safe component and the whole has at most 1,024 bytes. */
export function isSafeRelativePath(path: string): boolean {
  return (
    path.length <= MAX_PATH_BYTES && Buffer.byteLength(path) <= MAX_PATH_BYTES && path.split('/').every(isSafeComponent)
  );
}

function isPlain(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !FORBIDDEN.test(name) && !DRIVE.test(name);
}
