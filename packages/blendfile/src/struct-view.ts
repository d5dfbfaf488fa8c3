import { FieldKindMismatchError, FieldMissingError } from './errors.ts';
import type { DnaField, DnaStruct } from './format/dna.ts';
import { readScalar, scalarKind } from './format/scalar.ts';

/** What `get` gives: numbers, 64-bit integers and old addresses, bytes of text, structs, and arrays of these. */
export type FieldValue = number | bigint | Uint8Array | StructView | readonly FieldValue[];

/** A path (`id.name`), or what `struct.field(path)` gave: looked up once, read many times. */
export type FieldReference = string | DnaField;

export interface StructViewInit {
  struct: DnaStruct;
  /** At least as many as the struct has. */
  bytes: Uint8Array;
  littleEndian: boolean;
  /** The file-block that the bytes come from. */
  block: number;
  /** Of the first byte in the body of that block. */
  bodyOffset: number;
}

/**
 * The bytes of one struct, read by field names. Nothing is read or converted before it is asked for.
 * A view is for the moment: its bytes may be part of a cached page. Keep `block`, not the view.
 */
export class StructView {
  readonly struct: DnaStruct;
  readonly block: number;
  readonly bodyOffset: number;
  readonly littleEndian: boolean;
  readonly #bytes: Uint8Array;
  #view: DataView | undefined;

  constructor({ struct, bytes, littleEndian, block, bodyOffset }: StructViewInit) {
    this.struct = struct;
    this.block = block;
    this.bodyOffset = bodyOffset;
    this.littleEndian = littleEndian;
    this.#bytes = bytes.subarray(0, struct.sizeBytes);
  }

  has(path: string): boolean {
    return this.struct.findField(path) !== undefined;
  }

  /**
   * A number, or one of an array of numbers.
   * @throws FieldMissingError, FieldKindMismatchError; RangeError for a 64-bit integer that no number can hold: see {@link bigint}
   */
  number(field: FieldReference, index = 0): number {
    const value = this.#scalar(field, index);
    if (typeof value === 'number') return value;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is too large for a number`);
    return number;
  }

  /** An integer of any size. @throws FieldMissingError, FieldKindMismatchError */
  bigint(field: FieldReference, index = 0): bigint {
    const resolved = this.#resolve(field);
    const value = this.#scalar(resolved, index);
    if (scalarKind(resolved) === 'float') throw this.#mismatch(resolved, 'an integer');
    return BigInt(value);
  }

  /** The old address in a pointer; 0 points to nothing. @throws FieldMissingError, FieldKindMismatchError */
  address(field: FieldReference, index = 0): bigint {
    return (BigInt(this.addressHigh(field, index)) << 32n) | BigInt(this.addressLow(field, index));
  }

  /** The lower 32 bits of {@link address}; with the higher ones an address without a bigint. */
  addressLow(field: FieldReference, index = 0): number {
    const { at, bytes } = this.#pointer(field, index);
    return this.#data().getUint32(bytes === 8 && !this.littleEndian ? at + 4 : at, this.littleEndian);
  }

  addressHigh(field: FieldReference, index = 0): number {
    const { at, bytes } = this.#pointer(field, index);
    return bytes === 4 ? 0 : this.#data().getUint32(this.littleEndian ? at + 4 : at, this.littleEndian);
  }

  /** All bytes of a field, as stored. @throws FieldMissingError */
  raw(field: FieldReference): Uint8Array {
    const { offset, elementBytes, length } = this.#resolve(field);
    return this.#bytes.subarray(offset, offset + (elementBytes === 0 ? 0 : elementBytes * length));
  }

  /** A `char[]` up to its first zero byte. Paths are bytes: they need not be UTF-8. @throws FieldMissingError, FieldKindMismatchError */
  bytes(field: FieldReference): Uint8Array {
    const resolved = this.#resolve(field);
    if (!isCharArray(resolved)) throw this.#mismatch(resolved, 'a text');
    const raw = this.raw(resolved);
    const end = raw.indexOf(0);
    return end < 0 ? raw : raw.subarray(0, end);
  }

  /** {@link bytes} as UTF-8, for people to read: bytes that are no UTF-8 become U+FFFD. */
  text(field: FieldReference): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes(field));
  }

  /** A struct inside this one, or one of an array of them. @throws FieldMissingError, FieldKindMismatchError */
  inner(field: FieldReference, index = 0): StructView {
    const resolved = this.#resolve(field);
    const { struct, pointerDepth, offset, elementBytes } = resolved;
    if (struct === undefined || pointerDepth > 0) throw this.#mismatch(resolved, 'a struct');
    const at = offset + this.#elementOffset(resolved, index);
    return new StructView({
      struct,
      bytes: this.#bytes.subarray(at, at + elementBytes),
      littleEndian: this.littleEndian,
      block: this.block,
      bodyOffset: this.bodyOffset + at,
    });
  }

  /** Whatever the field is; arrays flat, a `char[]` as bytes. `undefined` for fields without bytes. @throws FieldMissingError */
  get(field: FieldReference): FieldValue | undefined {
    const resolved = this.#resolve(field);
    if (resolved.elementBytes === 0) return undefined;
    if (isCharArray(resolved)) return this.bytes(resolved);
    if (resolved.dimensions.length === 0) return this.#element(resolved, 0);
    return Array.from({ length: resolved.length }, (_, index) => this.#element(resolved, index));
  }

  #element(field: DnaField, index: number): FieldValue {
    if (field.pointerDepth > 0) return this.address(field, index);
    if (field.struct !== undefined) return this.inner(field, index);
    if (scalarKind(field) !== undefined) return this.#scalar(field, index);
    const at = field.offset + this.#elementOffset(field, index);
    return this.#bytes.subarray(at, at + field.elementBytes);
  }

  #scalar(field: FieldReference, index: number): number | bigint {
    const resolved = this.#resolve(field);
    const kind = scalarKind(resolved);
    if (kind === undefined) throw this.#mismatch(resolved, 'a number');
    const at = resolved.offset + this.#elementOffset(resolved, index);
    return readScalar(this.#data(), at, kind, resolved.elementBytes, this.littleEndian);
  }

  #pointer(field: FieldReference, index: number): { at: number; bytes: number } {
    const resolved = this.#resolve(field);
    if (resolved.pointerDepth === 0) throw this.#mismatch(resolved, 'a pointer');
    return { at: resolved.offset + this.#elementOffset(resolved, index), bytes: resolved.elementBytes };
  }

  #elementOffset(field: DnaField, index: number): number {
    if (index >= 0 && index < field.length) return index * field.elementBytes;
    throw new RangeError(`element ${index} of ${field.path}, which has ${field.length}`);
  }

  #resolve(field: FieldReference): DnaField {
    if (typeof field === 'string') return this.struct.field(field);
    if (field.owner !== this.struct) throw new FieldMissingError(this.struct.name, field.path);
    return field;
  }

  #data(): DataView {
    return (this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length));
  }

  #mismatch(field: DnaField, expected: string): FieldKindMismatchError {
    return new FieldKindMismatchError(this.struct.name, field.path, expected, describe(field));
  }
}

function isCharArray({ type, pointerDepth, dimensions }: DnaField): boolean {
  return type === 'char' && pointerDepth === 0 && dimensions.length === 1;
}

/** As in the SDNA: `char *path[2]`. */
function describe({ type, pointerDepth, dimensions }: DnaField): string {
  const stars = pointerDepth > 0 ? ` ${'*'.repeat(pointerDepth)}` : '';
  return `${type}${stars}${dimensions.map((dimension) => `[${dimension}]`).join('')}`;
}
