import type { DnaTables } from './dna.ts';
import { parseFieldDeclaration } from './field-declaration.ts';

type Fail = (problem: string) => never;

/**
 * Checks that everything in the tables refers to something that is there, and that the sizes of the fields of each struct
 * make up the size of the struct. Fills in `structOfType`.
 */
export function assertSdnaConsistent(tables: DnaTables, fail: Fail): void {
  const { structTypes, structOfType, types } = tables;
  structTypes.forEach((type, index) => {
    if (type >= types.length) fail(`struct ${index} has type ${type} of ${types.length}`);
    if (structOfType[type] !== -1) fail(`two structs are named ${types.at(type)}`);
    structOfType[type] = index;
  });
  const elements = elementCounts(tables);
  const suspects: number[] = [];
  structTypes.forEach((_, index) => {
    if (assertStruct(tables, index, elements, fail)) suspects.push(index);
  });
  assertNoStructHoldsItself(tables, elements, suspects, fail);
}

const OPENING_BRACKET = 0x5b;
const STAR = 0x2a;

/** Of each name: how many elements it declares; negative for pointers. */
function elementCounts({ names }: DnaTables): Float64Array {
  const counts = new Float64Array(names.length).fill(1);
  // Most names are plain: only those with one of these say anything else.
  const brackets = names.placesOf(OPENING_BRACKET);
  const stars = names.placesOf(STAR);
  for (let index = 0; index < counts.length; index += 1) {
    if (brackets[index] === -1) {
      if ((stars[index] ?? -1) === 0) counts[index] = -1;
      if ((stars[index] ?? -1) <= 0) continue;
    }
    const { pointerDepth, dimensions } = parseFieldDeclaration(names.at(index));
    const count = dimensions.reduce((product, dimension) => product * dimension, 1);
    counts[index] = pointerDepth > 0 ? -count : count;
  }
  return counts;
}

/**
 * @returns whether the struct might hold itself: what holds a smaller struct is not held by it, as sizes add up; only what has
 * none of a struct, or one of the same size.
 */
function assertStruct(tables: DnaTables, index: number, elements: Float64Array, fail: Fail): boolean {
  const { structTypes, structOfType, fieldStarts, fieldTypes, fieldNames, typeSizes, types, names, pointerBytes } =
    tables;
  const type = structTypes[index] ?? 0;
  const sizeBytes = typeSizes[type] ?? 0;
  let sum = 0;
  let isSuspect = false;
  for (let at = fieldStarts[index] ?? 0; at < (fieldStarts[index + 1] ?? 0); at += 1) {
    const count = elements[fieldNames[at] ?? 0];
    const size = typeSizes[fieldTypes[at] ?? 0];
    if (count === undefined || size === undefined) {
      fail(
        `a field of ${types.at(type)} has type ${fieldTypes[at]} of ${types.length}, name ${fieldNames[at]} of ${names.length}`,
      );
    }
    sum += count < 0 ? -count * pointerBytes : count * size;
    if (count >= 0 && (count === 0 || size >= sizeBytes) && structOfType[fieldTypes[at] ?? 0] !== -1) isSuspect = true;
  }
  if (sum !== sizeBytes) fail(`the fields of ${types.at(type)} have ${sum} bytes, the struct has ${typeSizes[type]}`);
  return isSuspect;
}

/** Without this, walking through the structs inside a struct might not end. In each circle there is a suspect. */
function assertNoStructHoldsItself(
  tables: DnaTables,
  elements: Float64Array,
  suspects: readonly number[],
  fail: Fail,
): void {
  const { structTypes, structOfType, fieldStarts, fieldTypes, fieldNames, types } = tables;
  const OPEN = 1;
  const DONE = 2;
  const state = new Uint8Array(structTypes.length);
  /** Alternating: struct, next field to look at. A stack of our own: depth is the file's choice. */
  const stack: number[] = [];
  const enter = (index: number): void => {
    state[index] = OPEN;
    stack.push(index, fieldStarts[index] ?? 0);
  };
  for (const root of suspects) {
    if (state[root] !== 0) continue;
    enter(root);
    while (stack.length > 0) {
      const index = stack.at(-2) ?? 0;
      const at = stack.pop() ?? 0;
      if (at >= (fieldStarts[index + 1] ?? 0)) {
        stack.pop();
        state[index] = DONE;
        continue;
      }
      stack.push(at + 1);
      const inner = structOfType[fieldTypes[at] ?? 0] ?? -1;
      const isValue = (elements[fieldNames[at] ?? 0] ?? 0) >= 0;
      if (inner < 0 || !isValue) continue;
      if (state[inner] === OPEN) fail(`struct ${types.at(structTypes[inner] ?? 0)} holds itself`);
      if (state[inner] === 0) enter(inner);
    }
  }
}
