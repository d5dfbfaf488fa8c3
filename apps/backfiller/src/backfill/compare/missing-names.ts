/**
 * Names in `remote` that are not in `local`, both sorted by code unit, each name once. One walk over both; nothing is
 * allocated where nothing is missing.
 */
export const missingNames = (remote: readonly string[], local: readonly string[]): string[] => {
  const missing: string[] = [];
  let at = 0;
  for (const name of remote) {
    for (let other = local[at]; other !== undefined && other < name; other = local[at]) at += 1;
    if (local[at] === name) at += 1;
    else missing.push(name);
  }
  return missing;
};
