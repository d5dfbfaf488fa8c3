import type { DnaField, DnaStruct } from './dna.ts';

/**
 * The pointer to the next element of a list. Every struct that can stand in a list begins with it, on its own (`next`)
 * or in a struct it begins with (`id.next`, `modifier.next`). `undefined` for a struct that begins with something else.
 */
export function nextField(struct: DnaStruct): DnaField | undefined {
  const steps: string[] = [];
  for (let first = struct.fields[0]; first !== undefined; first = first.struct?.fields[0]) {
    steps.push(first.path);
    if (first.pointerDepth === 1 && first.dimensions.length === 0) return struct.findField(steps.join('.'));
    // What a pointer leads to is not part of this struct; and may be this struct, without end.
    if (first.pointerDepth > 0 || first.dimensions.length > 0) return undefined;
  }
  return undefined;
}
