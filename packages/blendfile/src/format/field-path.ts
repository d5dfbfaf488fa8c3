/** One step of a path: a field, or an element of the array that the steps before lead to. */
export type FieldPathStep = string | number;

const STEP = /([^.[\]]+)|\[([0-9]{1,9})\]/gy;

/**
 * `id.name`, `mtex[2]`, `mat[0][3]`, `modifiers.first` to its steps; `undefined` for what is no path. The bytes behind a
 * pointer are another struct's: no path goes through one.
 */
export function parseFieldPath(path: string): readonly FieldPathStep[] | undefined {
  const steps: FieldPathStep[] = [];
  for (const part of path.split('.')) {
    const inPart = parsePart(part);
    if (inPart === undefined) return undefined;
    steps.push(...inPart);
  }
  return steps;
}

function parsePart(part: string): FieldPathStep[] | undefined {
  const steps: FieldPathStep[] = [];
  let end = 0;
  for (const [match, name, index] of part.matchAll(STEP)) {
    if ((name === undefined) === (steps.length === 0)) return undefined;
    steps.push(name ?? Number(index));
    end += match.length;
  }
  return end === part.length && end > 0 ? steps : undefined;
}
