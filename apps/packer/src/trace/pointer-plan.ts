import type { DnaField, DnaStruct } from '@waybill/blendfile';
import { BACK_POINTERS } from './back-pointers.ts';

/** Where the pointers of a struct stand that can lead to other datablocks. */
export interface PointerPlan {
  /** Of the struct. */
  readonly sizeBytes: number;
  /** To datablocks, by their declaration. */
  readonly datablocks: Uint16Array;
  /** `void *`: what they lead to says what it is. */
  readonly unknown: Uint16Array;
  /** To arrays of pointers: `Material **`, `void **`. */
  readonly arrays: Uint16Array;
}

const NOT_FOLLOWED: ReadonlySet<string> = new Set(BACK_POINTERS.map(({ struct, field }) => `${struct}.${field}`));
const plans = new WeakMap<DnaStruct, { readonly plan: PointerPlan | undefined }>();

/** Made once for each struct of a version; `undefined` for structs that lead to no datablock, which need not be read. */
export function pointerPlan(struct: DnaStruct): PointerPlan | undefined {
  const known = plans.get(struct);
  if (known !== undefined) return known.plan;
  const collector = new PlanCollector();
  collector.collect(struct, 0);
  const plan = struct.sizeBytes === 0 ? undefined : collector.finish(struct.sizeBytes);
  plans.set(struct, { plan });
  return plan;
}

/** Whether a struct is a datablock: whether it begins with an `ID`. */
function isDatablock(struct: DnaStruct | undefined): boolean {
  if (struct === undefined) return false;
  if (struct.name === 'ID') return true;
  const [first] = struct.fields;
  return first?.type === 'ID' && first.pointerDepth === 0;
}

class PlanCollector {
  readonly #datablocks: number[] = [];
  readonly #unknown: number[] = [];
  readonly #arrays: number[] = [];

  collect(struct: DnaStruct, start: number): void {
    for (const field of struct.fields) {
      // A field without bytes says nothing, and there can be any number of its elements.
      if (field.elementBytes === 0) continue;
      const inner = field.pointerDepth === 0 ? field.struct : undefined;
      const places = inner === undefined ? this.#placesOf(struct, field) : undefined;
      if (inner === undefined && places === undefined) continue;
      for (let index = 0; index < field.length; index += 1) {
        const at = start + field.offset + index * field.elementBytes;
        if (inner !== undefined) this.collect(inner, at);
        else places?.push(at);
      }
    }
  }

  finish(sizeBytes: number): PointerPlan | undefined {
    if (this.#datablocks.length + this.#unknown.length + this.#arrays.length === 0) return undefined;
    return {
      sizeBytes,
      datablocks: Uint16Array.from(this.#datablocks),
      unknown: Uint16Array.from(this.#unknown),
      arrays: Uint16Array.from(this.#arrays),
    };
  }

  #placesOf(struct: DnaStruct, { path, type, struct: target, pointerDepth }: DnaField): number[] | undefined {
    if (pointerDepth === 0 || NOT_FOLLOWED.has(`${struct.name}.${path}`)) return undefined;
    if (type !== 'void' && !isDatablock(target)) return undefined;
    if (pointerDepth > 1) return this.#arrays;
    return type === 'void' ? this.#unknown : this.#datablocks;
  }
}
