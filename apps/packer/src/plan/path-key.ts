/** A path as the key of a map: each byte one character, so that nothing is lost. */
export function pathKey(path: Buffer): string {
  return path.toString('latin1');
}
