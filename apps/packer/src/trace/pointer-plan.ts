import type { DnaField, DnaStruct } from '@waybill/blendfile';
import { BACK_POINTERS } from './back-pointers.ts';

/** Where the pointers of a struct stand that can lead to other datablocks. */
export interface PointerPlan {
  /** Of the struct. */
  readonly sizeBytes: number;
  /** Of the pointers, in bytes from the start of the struct. */
  readonly places: readonly number[];
  /** Of each of them: what it leads to. */
  readonly kinds: readonly PointerKind[];
}

export type PointerKind = typeof TO_DATABLOCK | typeof TO_ANYTHING | typeof TO_ARRAY;
/** By its declaration. */
export const TO_DATABLOCK = 1;
/** `void *`: what it leads to says what it is. */
export const TO_ANYTHING = 2;
/** To an array of pointers: `Material **`, `void **`. */
export const TO_ARRAY = 3;

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
  readonly #places: number[] = [];
  readonly #kinds: PointerKind[] = [];

  collect(struct: DnaStruct, start: number): void {
    for (const field of struct.fields) {
      // A field without bytes says nothing, and there can be any number of its elements.
      if (field.elementBytes === 0) continue;
      const inner = field.pointerDepth === 0 ? field.struct : undefined;
      const kind = inner === undefined ? kindOf(struct, field) : undefined;
      if (inner === undefined && kind === undefined) continue;
      for (let index = 0; index < field.length; index += 1) {
        const at = start + field.offset + index * field.elementBytes;
        if (inner !== undefined) this.collect(inner, at);
        else if (kind !== undefined) this.#add(at, kind);
      }
    }
  }

  finish(sizeBytes: number): PointerPlan | undefined {
    return this.#places.length === 0 ? undefined : { sizeBytes, places: this.#places, kinds: this.#kinds };
  }

  #add(place: number, kind: PointerKind): void {
    this.#places.push(place);
    this.#kinds.push(kind);
  }
}

function kindOf(struct: DnaStruct, { path, type, struct: target, pointerDepth }: DnaField): PointerKind | undefined {
  if (pointerDepth === 0 || NOT_FOLLOWED.has(`${struct.name}.${path}`)) return undefined;
  if (type !== 'void' && !isDatablock(target)) return undefined;
  if (pointerDepth > 1) return TO_ARRAY;
  return type === 'void' ? TO_ANYTHING : TO_DATABLOCK;
}
