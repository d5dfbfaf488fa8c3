/** Of the paths of a trace, which are asked for several times each: making the text costs more than all that is done with it. */
const keys = new WeakMap<Buffer, string>();

/** A path as the key of a map: each byte one character, so that nothing is lost. The bytes MUST not be changed afterwards. */
export function pathKey(path: Buffer): string {
  let key = keys.get(path);
  if (key === undefined) keys.set(path, (key = path.toString('latin1')));
  return key;
}
