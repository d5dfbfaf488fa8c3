import { SdnaInvalidError } from '../errors.ts';
import { assertSdnaConsistent } from './assert-sdna-consistent.ts';
import { Dna } from './dna.ts';

import type { BlendHeader } from './header.ts';
import { StringTable } from './string-table.ts';

/** Where the bytes come from, for errors. */
export interface SdnaOrigin {
  readonly file: string;
  /** Of the first byte of the body. */
  readonly offset: number;
}

/**
 * Reads the body of the `DNA1` block. All parts are aligned to 4 bytes:
 *
 *     SDNA
 *     NAME  count 4  count × text, each ended by a zero byte       field names as declared: *next, loc[3], (*poll)()
 *     TYPE  count 4  count × text, each ended by a zero byte
 *     TLEN  one u16 for each type: its size in bytes
 *     STRC  count 4  count × { type u16, fields u16, fields × { type u16, name u16 } }
 *
 * The sizes of the fields of each struct have to make up the size of the struct, so that offsets can be trusted.
 * @throws SdnaInvalidError
 */
export function decodeSdna(bytes: Uint8Array, header: BlendHeader, origin: SdnaOrigin): Dna {
  const reader = new SdnaReader(bytes, header.littleEndian, origin);
  reader.tag('SDNA');
  reader.tag('NAME');
  const names = reader.strings();
  reader.tag('TYPE');
  const types = reader.strings();
  reader.tag('TLEN');
  const typeSizes = reader.shorts(types.length);
  reader.tag('STRC');
  const structs = reader.structs();
  const structOfType = new Int32Array(types.length).fill(-1);
  const tables = { names, types, typeSizes, structOfType, ...structs, pointerBytes: header.pointerBytes };
  assertSdnaConsistent(tables, (problem) => reader.fail(problem));
  return new Dna(tables);
}

interface StructTables {
  structTypes: Uint16Array;
  fieldStarts: Uint32Array;
  fieldTypes: Uint16Array;
  fieldNames: Uint16Array;
}

class SdnaReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #origin: SdnaOrigin;
  #at = 0;

  constructor(bytes: Uint8Array, littleEndian: boolean, origin: SdnaOrigin) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#littleEndian = littleEndian;
    this.#origin = origin;
  }

  fail(problem: string): never {
    const { file, offset } = this.#origin;
    throw new SdnaInvalidError({ file, offset: offset + Math.min(this.#at, this.#bytes.length) }, problem);
  }

  tag(expected: string): void {
    this.#at = (this.#at + 3) & ~3;
    this.#need(4, expected);
    const found = String.fromCharCode(...this.#bytes.subarray(this.#at, this.#at + 4));
    if (found !== expected) this.fail(`the SDNA has ${JSON.stringify(found)} where ${expected} belongs`);
    this.#at += 4;
  }

  /** A count, checked against the room that so many entries need: nothing is allocated on a mere announcement. */
  count(leastBytesEach: number): number {
    this.#need(4, 'a count');
    const count = this.#view.getUint32(this.#at, this.#littleEndian);
    this.#at += 4;
    this.#need(count * leastBytesEach, `${count} entries`);
    return count;
  }

  strings(): StringTable {
    const count = this.count(1);
    const starts = new Uint32Array(count + 1);
    for (let index = 0; index < count; index += 1) {
      starts[index] = this.#at;
      const end = this.#bytes.indexOf(0, this.#at);
      if (end < 0) this.fail('a name does not end');
      this.#at = end + 1;
    }
    starts[count] = this.#at;
    return new StringTable(this.#bytes, starts);
  }

  shorts(count: number): Uint16Array {
    this.#need(2 * count, `${count} sizes`);
    const values = new Uint16Array(count);
    for (let index = 0; index < count; index += 1) values[index] = this.#short();
    return values;
  }

  structs(): StructTables {
    const count = this.count(4);
    const structTypes = new Uint16Array(count);
    const fieldStarts = new Uint32Array(count + 1);
    const most = (this.#bytes.length - this.#at) >>> 2;
    const fieldTypes = new Uint16Array(most);
    const fieldNames = new Uint16Array(most);
    let field = 0;
    for (let index = 0; index < count; index += 1) {
      this.#need(4, 'a struct');
      structTypes[index] = this.#short();
      fieldStarts[index] = field;
      const fields = this.#short();
      this.#need(4 * fields, `${fields} fields`);
      for (const end = field + fields; field < end; field += 1) {
        fieldTypes[field] = this.#short();
        fieldNames[field] = this.#short();
      }
    }
    fieldStarts[count] = field;
    return { structTypes, fieldStarts, fieldTypes: fieldTypes.slice(0, field), fieldNames: fieldNames.slice(0, field) };
  }

  #short(): number {
    const value = this.#view.getUint16(this.#at, this.#littleEndian);
    this.#at += 2;
    return value;
  }

  #need(neededBytes: number, what: string): void {
    const left = this.#bytes.length - this.#at;
    if (neededBytes > left) this.fail(`the SDNA ends within ${what}: ${neededBytes} bytes are needed, ${left} left`);
  }
}
