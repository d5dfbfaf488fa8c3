import { parseBlockCode } from '../format/block-code.ts';
import { encodeBlockHeader } from '../format/block-header.ts';
import type { Dna, DnaField, DnaStruct } from '../format/dna.ts';
import { type BlendHeader, encodeHeader } from '../format/header.ts';
import { encodeScalar, scalarKind } from '../format/scalar.ts';
import { decodeSdna } from '../format/sdna.ts';
import { encodeSdna, type StructDeclarations } from './encode-sdna.ts';

/** By path: numbers, old addresses, texts (UTF-8), bytes; arrays for array fields. What is not named is 0. */
export type StructValues = Readonly<Record<string, FieldInput>>;
export type FieldInput = number | bigint | string | Uint8Array | readonly (number | bigint)[];

export interface BlockSpec {
  /** `OB`, `DATA`, … */
  readonly code: string;
  /** Default 0, to which nothing can point. */
  readonly address?: bigint;
  /** Of the values; without it the block holds bytes. */
  readonly struct?: string;
  /** One struct, or several. */
  readonly values?: StructValues | readonly StructValues[];
  readonly body?: Uint8Array;
  /** What the block header says; default: what is there. */
  readonly count?: number;
}

export interface BlendFileSpec {
  /** Default: version 3.4, 64 bit, little endian, format version 0. */
  readonly header?: Partial<BlendHeader>;
  /** `Link` is put before them where it is not the first: index 0 also stands for bytes without a struct. */
  readonly structs: StructDeclarations;
  readonly blocks: readonly BlockSpec[];
}

const DEFAULT_HEADER: BlendHeader = { formatVersion: 0, pointerBytes: 8, littleEndian: true, version: 304 };

/**
 * A whole .blend file, uncompressed, made from the rules of the format: for tests of files that cannot be had any more,
 * of 32-bit and big-endian machines, or not in small.
 */
export function buildBlendFile({ header: given = {}, structs, blocks }: BlendFileSpec): Uint8Array {
  const header = { ...DEFAULT_HEADER, ...given };
  const sdna = encodeSdna({ Link: ['Link *next', 'Link *prev'], ...structs }, header);
  const dna = decodeSdna(sdna, header, { file: 'built', offset: 0 });
  const parts = blocks.map((block) => encodeBlock(block, header, dna));
  const dnaBlock = encodeBlock({ code: 'DNA1', body: sdna }, header, dna);
  const end = encodeBlock({ code: 'ENDB', count: 0 }, header, dna);
  return new Uint8Array(Buffer.concat([encodeHeader(header), ...parts, dnaBlock, end]));
}

/** A body with old addresses, as `Material **` fields lead to. */
export function encodeAddresses(addresses: readonly bigint[], { pointerBytes, littleEndian }: BlendHeader): Uint8Array {
  return new Uint8Array(
    Buffer.concat(addresses.map((address) => encodeScalar(address, 'unsigned', pointerBytes, littleEndian))),
  );
}

function encodeBlock(block: BlockSpec, header: BlendHeader, dna: Dna): Uint8Array {
  const { code, address = 0n, struct: name, values = [], body } = block;
  const struct = name === undefined ? undefined : dna.findStruct(name);
  if (name !== undefined && struct === undefined) throw new TypeError(`no struct ${name} is declared`);
  const list = Array.isArray(values) ? (values as readonly StructValues[]) : [values as StructValues];
  const bytes = body ?? (struct === undefined ? new Uint8Array(0) : encodeStructs(struct, list, header));
  const count = block.count ?? (struct === undefined ? 1 : list.length);
  const blockHeader = {
    code: parseBlockCode(code),
    lengthBytes: bytes.length,
    oldAddress: address,
    sdnaIndex: struct?.index ?? 0,
    count,
  };
  return Buffer.concat([encodeBlockHeader(blockHeader, header), bytes]);
}

function encodeStructs(struct: DnaStruct, list: readonly StructValues[], header: BlendHeader): Uint8Array {
  const bytes = new Uint8Array(struct.sizeBytes * list.length);
  list.forEach((values, element) => {
    for (const [path, value] of Object.entries(values)) {
      const field = struct.field(path);
      bytes.set(encodeField(field, value, header), element * struct.sizeBytes + field.offset);
    }
  });
  return bytes;
}

function encodeField(field: DnaField, value: FieldInput, header: BlendHeader): Uint8Array {
  const room = field.elementBytes * field.length;
  const bytes =
    value instanceof Uint8Array || typeof value === 'string' ? Buffer.from(value) : encodeNumbers(field, value, header);
  if (bytes.length > room) throw new RangeError(`${field.path} has ${room} bytes, the value ${bytes.length}`);
  return bytes;
}

function encodeNumbers(
  field: DnaField,
  value: number | bigint | readonly (number | bigint)[],
  header: BlendHeader,
): Uint8Array {
  const numbers = typeof value === 'object' ? value : [value];
  const kind = field.pointerDepth > 0 ? 'unsigned' : scalarKind(field);
  if (kind === undefined) throw new TypeError(`${field.path} is no number`);
  return Buffer.concat(numbers.map((number) => encodeScalar(number, kind, field.elementBytes, header.littleEndian)));
}
