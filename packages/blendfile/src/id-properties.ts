import type { AbortOptions } from '@waybill/common';
import type { BlendFile } from './blend-file.ts';
import { BlendDataCyclicError, BlendFileTooLargeError } from './errors.ts';
import type { DnaStruct } from './format/dna.ts';
import type { StructView } from './struct-view.ts';

/** What a property holds. Blender's numbers for the kinds are part of the format. */
export type IdPropertyValue =
  | { readonly kind: 'text'; readonly value: Uint8Array; readonly dataBlock: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'numbers'; readonly value: readonly number[]; readonly dataBlock: number }
  | { readonly kind: 'datablock'; readonly target: number }
  | { readonly kind: 'group' | 'groups'; readonly members: readonly IdProperty[] }
  /** A kind that no Blender up to 5.0 writes. */
  | { readonly kind: 'unknown'; readonly type: number };

/** A custom property, or a group of them; add-ons and geometry nodes keep their data in these. */
export type IdProperty = IdPropertyValue & {
  readonly name: string;
  /** The file-block of the property itself. */
  readonly block: number;
};

const TEXT = 0;
const INT = 1;
const FLOAT = 2;
const ARRAY = 5;
const GROUP = 6;
const ID = 7;
const DOUBLE = 8;
const ID_ARRAY = 9;
const BOOLEAN = 10;

/** Deeper than any add-on nests, and shallow enough for the stack. */
const MOST_DEPTH = 100;
/** Of all texts and arrays of a tree together. Geometry nodes and add-ons keep some KiB; bulk data has other places. */
const MOST_VALUE_BYTES = 32 * 1024 * 1024;

/**
 * Reads the properties of a datablock or of another struct that has some.
 * @param field The pointer to the group; default `id.properties`. Blender 5.0 has `id.system_properties` beside it.
 * @returns `undefined` where there are none
 * @throws BlendDataCyclicError for groups that hold themselves; BlendFileTooLargeError for values of more than 32 MiB; FieldMissingError, FileBlockInvalidError, …
 */
export async function readIdProperties(
  file: BlendFile,
  view: StructView,
  field = 'id.properties',
  options: AbortOptions = {},
): Promise<IdProperty | undefined> {
  const group = await file.follow(view, field, options);
  return group === undefined ? undefined : await new PropertyReader(file, options).read(group, 0);
}

class PropertyReader {
  readonly #file: BlendFile;
  readonly #options: AbortOptions;
  /** Of the properties that were read, by block and place in it: each belongs to one group only. */
  readonly #seen = new Set<string>();
  #leftBytes = MOST_VALUE_BYTES;

  constructor(file: BlendFile, options: AbortOptions) {
    this.#file = file;
    this.#options = options;
  }

  async read(view: StructView, depth: number): Promise<IdProperty> {
    const place = `${view.block}:${view.bodyOffset}`;
    if (this.#seen.has(place) || depth > MOST_DEPTH) {
      const offset = this.#file.blocks.bodyOffset(view.block);
      throw new BlendDataCyclicError({ file: this.#file.name, offset }, 'a tree of ID properties');
    }
    this.#seen.add(place);
    return { name: view.text('name'), block: view.block, ...(await this.#value(view, depth)) };
  }

  async #value(view: StructView, depth: number): Promise<IdPropertyValue> {
    const type = view.number('type');
    switch (type) {
      case TEXT:
        return await this.#text(view);
      case INT:
      case FLOAT:
      case DOUBLE:
        return { kind: 'number', value: valueOf(view, type) };
      case BOOLEAN:
        return { kind: 'boolean', value: valueOf(view, INT) !== 0 };
      case ARRAY:
        return await this.#array(view, depth);
      case GROUP:
        return { kind: 'group', members: await this.#members(view, depth) };
      case ID:
        return { kind: 'datablock', target: this.#file.target(view, 'data.pointer') };
      case ID_ARRAY:
        return await this.#groups(view, depth);
      default:
        return { kind: 'unknown', type };
    }
  }

  async #text(view: StructView): Promise<IdPropertyValue> {
    const { dataBlock, bytes } = await this.#data(view, 1);
    const end = bytes.indexOf(0);
    return { kind: 'text', value: end < 0 ? bytes : bytes.subarray(0, end), dataBlock };
  }

  async #array(view: StructView, depth: number): Promise<IdPropertyValue> {
    const type = view.number('subtype');
    if (type === GROUP) return await this.#groups(view, depth);
    const elementBytes = { [INT]: 4, [FLOAT]: 4, [DOUBLE]: 8, [BOOLEAN]: 1 }[type];
    if (elementBytes === undefined) return { kind: 'unknown', type };
    const { dataBlock, bytes } = await this.#data(view, elementBytes);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const read = readerOf(type, data, view.littleEndian);
    const value = Array.from({ length: bytes.length / elementBytes }, (_, index) => read(index * elementBytes));
    return { kind: 'numbers', value, dataBlock };
  }

  async #members(view: StructView, depth: number): Promise<IdProperty[]> {
    const members: IdProperty[] = [];
    for await (const member of this.#file.list(view, 'data.group', this.#options)) {
      members.push(await this.read(member, depth + 1));
    }
    return members;
  }

  /** An array of whole properties, one after the other in one block. */
  async #groups(view: StructView, depth: number): Promise<IdPropertyValue> {
    const block = this.#file.target(view, 'data.pointer');
    const members: IdProperty[] = [];
    const struct: DnaStruct = view.struct;
    const count = block < 0 ? 0 : Math.min(view.number('len'), this.#file.elementCount(block, struct));
    for (let element = 0; element < count; element += 1) {
      members.push(await this.read(await this.#file.view(block, { ...this.#options, element, struct }), depth + 1));
    }
    return { kind: 'groups', members };
  }

  /** The data behind the pointer, cut to the length that the property says. */
  async #data(view: StructView, elementBytes: number): Promise<{ dataBlock: number; bytes: Uint8Array }> {
    const dataBlock = this.#file.target(view, 'data.pointer');
    if (dataBlock < 0) return { dataBlock, bytes: new Uint8Array(0) };
    const room = Math.floor(this.#file.blocks.bodyLength(dataBlock) / elementBytes);
    const length = Math.min(Math.max(0, view.number('len')), room);
    const lengthBytes = length * elementBytes;
    this.#leftBytes -= lengthBytes;
    if (this.#leftBytes < 0) {
      const position = { file: this.#file.name, offset: this.#file.blocks.bodyOffset(dataBlock) };
      throw new BlendFileTooLargeError(position, 'a tree of ID properties', MOST_VALUE_BYTES);
    }
    const bytes = await this.#file.readBody(dataBlock, { ...this.#options, lengthBytes });
    return { dataBlock, bytes };
  }
}

/** Single numbers stand in place of the pointer: `val`, and for 8 bytes `val` and `val2` together. */
function valueOf(view: StructView, type: number): number {
  const start = view.struct.field('data.val').offset;
  const bytes = view.raw('data');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return readerOf(type, data, view.littleEndian)(start - view.struct.field('data').offset);
}

function readerOf(type: number, data: DataView, littleEndian: boolean): (at: number) => number {
  if (type === FLOAT) return (at) => data.getFloat32(at, littleEndian);
  if (type === DOUBLE) return (at) => data.getFloat64(at, littleEndian);
  return type === BOOLEAN ? (at) => data.getUint8(at) : (at) => data.getInt32(at, littleEndian);
}
