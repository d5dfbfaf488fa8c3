import type { BlendHeader } from '../format/header.ts';
import { parseFieldDeclaration } from '../format/field-declaration.ts';

/** Structs in the order of the SDNA, each with its fields as in C: `{ Link: ['Link *next', 'Link *prev'] }`. */
export type StructDeclarations = Readonly<Record<string, readonly string[]>>;

/** The numbers of the SDNA, with the sizes that every Blender gives them. */
const PRIMITIVES: Readonly<Record<string, number>> = {
  ...{ char: 1, uchar: 1, short: 2, ushort: 2, int: 4, long: 4, ulong: 4, float: 4, double: 8 },
  ...{ int64_t: 8, uint64_t: 8, void: 0, int8_t: 1 },
};

interface Field {
  readonly type: number;
  readonly name: number;
}

/** Numbers texts in the order in which they come. */
class Names {
  readonly list: string[] = [];

  numberOf(text: string): number {
    const known = this.list.indexOf(text);
    return known >= 0 ? known : this.list.push(text) - 1;
  }
}

/**
 * The body of a `DNA1` block, by the rules of the format. A struct that is held by value MUST stand before its holder.
 * No padding is added: declare it, as Blender does.
 */
export function encodeSdna(structs: StructDeclarations, header: BlendHeader): Uint8Array {
  const names = new Names();
  const types = new Names();
  const sizes = new Map(Object.entries(PRIMITIVES));
  for (const primitive of sizes.keys()) types.numberOf(primitive);
  for (const struct of Object.keys(structs)) types.numberOf(struct);
  const fields = Object.entries(structs).map(([struct, declarations]) => {
    sizes.set(
      struct,
      declarations.reduce((sum, text) => sum + sizeOf(text, sizes, header), 0),
    );
    return { type: types.numberOf(struct), fields: declarations.map((text) => fieldOf(text, types, names)) };
  });
  return new SdnaWriter(header.littleEndian)
    .text('SDNA')
    .text('NAME')
    .strings(names.list)
    .text('TYPE')
    .strings(types.list)
    .text('TLEN')
    .shorts(types.list.map((type) => sizes.get(type) ?? 0))
    .text('STRC')
    .structs(fields)
    .finish();
}

function split(declaration: string): [type: string, name: string] {
  const space = declaration.indexOf(' ');
  return [declaration.slice(0, space), declaration.slice(space + 1)];
}

function fieldOf(declaration: string, types: Names, names: Names): Field {
  const [type, name] = split(declaration);
  return { type: types.numberOf(type), name: names.numberOf(name) };
}

function sizeOf(declaration: string, sizes: ReadonlyMap<string, number>, { pointerBytes }: BlendHeader): number {
  const [type, name] = split(declaration);
  const { pointerDepth, dimensions } = parseFieldDeclaration(name);
  const elementBytes = pointerDepth > 0 ? pointerBytes : (sizes.get(type) ?? 0);
  return dimensions.reduce((product, dimension) => product * dimension, elementBytes);
}

class SdnaWriter {
  readonly #bytes: number[] = [];
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** A tag; each stands at a multiple of 4. */
  text(tag: string): this {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
    for (const byte of Buffer.from(tag, 'latin1')) this.#bytes.push(byte);
    return this;
  }

  strings(texts: readonly string[]): this {
    this.#integer(texts.length, 4);
    for (const text of texts) this.#bytes.push(...Buffer.from(text, 'latin1'), 0);
    return this;
  }

  shorts(values: readonly number[]): this {
    for (const value of values) this.#integer(value, 2);
    return this;
  }

  structs(structs: readonly { type: number; fields: readonly Field[] }[]): this {
    this.#integer(structs.length, 4);
    for (const { type, fields } of structs) {
      this.shorts([type, fields.length, ...fields.flatMap((field) => [field.type, field.name])]);
    }
    return this;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.text('').#bytes);
  }

  #integer(value: number, width: number): void {
    for (let at = 0; at < width; at += 1) {
      const shift = 8 * (this.#littleEndian ? at : width - 1 - at);
      this.#bytes.push((value >>> shift) & 0xff);
    }
  }
}
