const ASCII = /^[\x20-\x7e]*$/;

/**
 * One text for all paths that file systems may take for the same: NTFS and Samba compare upper case, APFS and HFS+ also
 * normalise. Lower case comes first, since some capitals (U+1E9E) have no upper case of their own.
 */
export function foldPath(path: string): string {
  if (ASCII.test(path)) return path.toUpperCase();
  return path.normalize('NFC').toLowerCase().toUpperCase().normalize('NFC');
}
