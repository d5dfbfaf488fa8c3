import { FieldMissingError } from '../errors.ts';
import { parseFieldDeclaration } from './field-declaration.ts';
import { parseFieldPath } from './field-path.ts';
import type { StringTable } from './string-table.ts';

/** A field of a struct, or what a path leads to. */
export interface DnaField {
  /** Whose bytes `offset` counts in. */
  readonly owner: DnaStruct;
  /** As it was asked for; of a field in {@link DnaStruct.fields}: its name. */
  readonly path: string;
  /** Of a value, or of what the pointers lead to: `int`, `char`, `Object`, `void`. */
  readonly type: string;
  /** The struct behind `type`, if it is one. */
  readonly struct: DnaStruct | undefined;
  readonly pointerDepth: number;
  /** In bytes from the start of the struct that was asked. */
  readonly offset: number;
  /** Of one element. */
  readonly elementBytes: number;
  /** Outermost first; empty for a single value. */
  readonly dimensions: readonly number[];
  /** Of elements: the product of the dimensions. */
  readonly length: number;
}

/** What a {@link Dna} is made from; `decodeSdna` checks that everything refers to something that is there. */
export interface DnaTables {
  readonly names: StringTable;
  readonly types: StringTable;
  readonly typeSizes: Uint16Array;
  /** Index of the struct of a type, or -1. */
  readonly structOfType: Int32Array;
  readonly structTypes: Uint16Array;
  /** Of each struct, and the end of the last one, in {@link fieldTypes} and {@link fieldNames}. */
  readonly fieldStarts: Uint32Array;
  readonly fieldTypes: Uint16Array;
  readonly fieldNames: Uint16Array;
  readonly pointerBytes: 4 | 8;
}

/**
 * The structs as the Blender had them that wrote the file. Immutable; files of one version share one.
 * Everything is looked up when asked for: a file has some thousand fields, and a reader needs a few.
 */
export class Dna {
  readonly #tables: DnaTables;
  readonly #byName = new Map<string, number>();
  readonly #structs: (DnaStruct | undefined)[] = [];
  readonly structCount: number;

  constructor(tables: DnaTables) {
    this.#tables = tables;
    this.structCount = tables.structTypes.length;
    for (let index = this.structCount - 1; index >= 0; index -= 1) {
      this.#byName.set(tables.types.at(tables.structTypes[index] ?? 0), index);
    }
  }

  /** The struct with this name, or `undefined` where the version had none. */
  findStruct(name: string): DnaStruct | undefined {
    return this.structAt(this.#byName.get(name) ?? -1);
  }

  /** By SDNA index, as file-blocks have it. */
  structAt(index: number): DnaStruct | undefined {
    if (!(index >= 0 && index < this.structCount)) return undefined;
    return (this.#structs[index] ??= new DnaStruct(this, this.#tables, index));
  }

  *structs(): Generator<DnaStruct, void, undefined> {
    for (let index = 0; index < this.structCount; index += 1) {
      const struct = this.structAt(index);
      if (struct !== undefined) yield struct;
    }
  }
}

/** One struct: its name, size and fields, and where a path leads to in it. */
export class DnaStruct {
  readonly #dna: Dna;
  readonly #tables: DnaTables;
  readonly #paths = new Map<string, DnaField | null>();
  #fields: readonly DnaField[] | undefined;
  readonly name: string;
  /** Index in the SDNA. */
  readonly index: number;
  readonly sizeBytes: number;

  constructor(dna: Dna, tables: DnaTables, index: number) {
    const type = tables.structTypes[index] ?? 0;
    this.#dna = dna;
    this.#tables = tables;
    this.index = index;
    this.name = tables.types.at(type);
    this.sizeBytes = tables.typeSizes[type] ?? 0;
  }

  /** In the order of the bytes. */
  get fields(): readonly DnaField[] {
    return (this.#fields ??= this.#readFields());
  }

  /** `undefined` where the version has no such field; `id.name`, `mtex[2]`, `mat[0][3]` are paths. */
  findField(path: string): DnaField | undefined {
    let field = this.#paths.get(path);
    if (field === undefined) {
      field = this.#resolve(path) ?? null;
      this.#paths.set(path, field);
    }
    return field ?? undefined;
  }

  /** @throws FieldMissingError */
  field(path: string): DnaField {
    const field = this.findField(path);
    if (field === undefined) throw new FieldMissingError(this.name, path);
    return field;
  }

  /** The first of several names that a field had over the versions: `firstField('filepath', 'name')`. */
  firstField(...paths: readonly string[]): DnaField | undefined {
    for (const path of paths) {
      const field = this.findField(path);
      if (field !== undefined) return field;
    }
    return undefined;
  }

  #readFields(): DnaField[] {
    const { fieldStarts } = this.#tables;
    const fields: DnaField[] = [];
    let offset = 0;
    for (let at = fieldStarts[this.index] ?? 0; at < (fieldStarts[this.index + 1] ?? 0); at += 1) {
      const field = this.#readField(at, offset);
      offset += field.elementBytes * field.length;
      fields.push(field);
    }
    return fields;
  }

  #readField(at: number, offset: number): DnaField {
    const { names, types, typeSizes, structOfType, fieldTypes, fieldNames, pointerBytes } = this.#tables;
    const type = fieldTypes[at] ?? 0;
    const { name, pointerDepth, dimensions } = parseFieldDeclaration(names.at(fieldNames[at] ?? 0));
    return {
      owner: this,
      path: name,
      type: types.at(type),
      struct: this.#dna.structAt(structOfType[type] ?? -1),
      pointerDepth,
      offset,
      elementBytes: pointerDepth > 0 ? pointerBytes : (typeSizes[type] ?? 0),
      dimensions,
      length: dimensions.reduce((product, dimension) => product * dimension, 1),
    };
  }

  #resolve(path: string): DnaField | undefined {
    const steps = parseFieldPath(path);
    if (steps === undefined) return undefined;
    let at: DnaField = wholeStruct(this);
    for (const step of steps) {
      const next = typeof step === 'number' ? element(at, step) : member(at, step);
      if (next === undefined) return undefined;
      at = next;
    }
    return { ...at, path };
  }
}

function wholeStruct(struct: DnaStruct): DnaField {
  const { name: type, sizeBytes: elementBytes } = struct;
  return { owner: struct, path: '', type, struct, pointerDepth: 0, offset: 0, elementBytes, dimensions: [], length: 1 };
}

function member(of: DnaField, name: string): DnaField | undefined {
  if (of.pointerDepth > 0 || of.dimensions.length > 0) return undefined;
  const field = of.struct?.fields.find(({ path }) => path === name);
  return field === undefined ? undefined : { ...field, owner: of.owner, offset: of.offset + field.offset };
}

function element(of: DnaField, index: number): DnaField | undefined {
  const [first, ...dimensions] = of.dimensions;
  if (first === undefined || index >= first) return undefined;
  const length = of.length / first;
  return { ...of, dimensions, length, offset: of.offset + index * length * of.elementBytes };
}
