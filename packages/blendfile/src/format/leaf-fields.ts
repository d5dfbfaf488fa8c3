import type { DnaField, DnaStruct } from './dna.ts';

/**
 * Every field of a struct that is no struct itself, those of the structs inside it included, with full paths
 * (`id.name`, `mtex[3]`, `cam.dof.focus_object`). Arrays of structs come element by element, other arrays as one field.
 * A walk over all pointers of a struct is `leafFields(struct).filter(({ pointerDepth }) => pointerDepth > 0)`.
 */
export function leafFields(struct: DnaStruct): DnaField[] {
  return new LeafCollector(struct).collect(struct, '', 0);
}

class LeafCollector {
  readonly #owner: DnaStruct;
  readonly #leaves: DnaField[] = [];
  /** The sizes of fields add up to that of the struct, 64 KiB at most; of fields without bytes there can be any number. */
  readonly #solid = new Map<DnaStruct, readonly DnaField[]>();

  constructor(owner: DnaStruct) {
    this.#owner = owner;
  }

  collect(struct: DnaStruct, prefix: string, start: number): DnaField[] {
    for (const field of this.#solidFields(struct)) {
      const path = `${prefix}${field.path}`;
      const offset = start + field.offset;
      if (field.struct === undefined || field.pointerDepth > 0) {
        this.#leaves.push({ ...field, owner: this.#owner, path, offset });
      } else this.#collectInner(field, field.struct, path, offset);
    }
    return this.#leaves;
  }

  #collectInner({ dimensions, length, elementBytes }: DnaField, struct: DnaStruct, path: string, offset: number): void {
    for (let index = 0; index < length; index += 1) {
      this.collect(struct, `${path}${subscripts(dimensions, index)}.`, offset + index * elementBytes);
    }
  }

  #solidFields(struct: DnaStruct): readonly DnaField[] {
    let solid = this.#solid.get(struct);
    if (solid === undefined) {
      solid = struct.fields.filter(({ elementBytes, length }) => elementBytes * length > 0);
      this.#solid.set(struct, solid);
    }
    return solid;
  }
}

/** `[1][2]` for the element with this place in the flattened array; nothing for a single value. */
function subscripts(dimensions: readonly number[], index: number): string {
  let text = '';
  let rest = index;
  for (const dimension of dimensions.toReversed()) {
    text = `[${rest % dimension}]${text}`;
    rest = Math.floor(rest / dimension);
  }
  return text;
}
