/**
 * The names of the files of all views of a stereo or multi-view image, from the name of one of them: `room_L.png` with the
 * suffixes `_L` and `_R` stands for `room_L.png` and `room_R.png`. Empty where the name has none of the suffixes.
 */
export function viewNames(name: string, suffixes: readonly string[]): string[] {
  const dot = name.lastIndexOf('.');
  const stem = dot < 0 ? name : name.slice(0, dot);
  const suffix = suffixes.find((each) => each !== '' && stem.endsWith(each));
  if (suffix === undefined) return [];
  const prefix = stem.slice(0, stem.length - suffix.length);
  return suffixes.map((each) => prefix + each + name.slice(stem.length));
}
