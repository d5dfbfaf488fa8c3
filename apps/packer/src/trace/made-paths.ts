/** As it is stored for a cache that has no path: Blender makes it from the name of the .blend file. */
export const CACHE_BESIDE_BLEND: Buffer = Buffer.from('//blendcache_*');

/** A folder and a name, as Blender joins them: with a separator, unless there is one. */
export function joined(folder: Buffer | undefined, name: Buffer): Buffer {
  if (folder === undefined) return name;
  const last = folder.at(-1);
  const isEnded = last === 0x2f || last === 0x5c;
  return Buffer.concat([folder, Buffer.from(isEnded ? '' : '/'), name]);
}
