/** Splits off the last extension with its period, as Python's os.path.splitext does: leading periods start no extension. */
export function splitExtension(name: string): [base: string, extension: string] {
  const dot = name.lastIndexOf('.');
  let first = 0;
  while (name[first] === '.') first += 1;
  return dot < first ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
}
