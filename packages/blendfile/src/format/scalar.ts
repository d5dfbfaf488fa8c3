import type { DnaField } from './dna.ts';

/** How the bytes of a number are to be read. */
export type ScalarKind = 'signed' | 'unsigned' | 'float';

/** `long` has 4 bytes in every SDNA, also where the compiler's had 8; sizes are taken from the SDNA, not from the name. */
const KINDS: Readonly<Record<string, ScalarKind>> = {
  ...{ char: 'signed', short: 'signed', int: 'signed', long: 'signed', int8_t: 'signed', int16_t: 'signed' },
  ...{ int32_t: 'signed', int64_t: 'signed' },
  ...{ uchar: 'unsigned', ushort: 'unsigned', uint: 'unsigned', ulong: 'unsigned', bool: 'unsigned' },
  ...{ uint8_t: 'unsigned', uint16_t: 'unsigned', uint32_t: 'unsigned', uint64_t: 'unsigned' },
  ...{ float: 'float', double: 'float' },
};

/** `undefined` for pointers, structs, and types of other sizes than numbers have. */
export function scalarKind({ type, pointerDepth, elementBytes }: DnaField): ScalarKind | undefined {
  if (pointerDepth > 0) return undefined;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  const sizes = kind === 'float' ? [4, 8] : [1, 2, 4, 8];
  return sizes.includes(elementBytes) ? kind : undefined;
}

/** Integers of 64 bits come as bigint, everything else as number. */
export function readScalar(
  view: DataView,
  at: number,
  kind: ScalarKind,
  bytes: number,
  littleEndian: boolean,
): number | bigint {
  if (kind === 'float') return bytes === 4 ? view.getFloat32(at, littleEndian) : view.getFloat64(at, littleEndian);
  const signed = kind === 'signed';
  switch (bytes) {
    case 1:
      return signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return signed ? view.getInt16(at, littleEndian) : view.getUint16(at, littleEndian);
    case 4:
      return signed ? view.getInt32(at, littleEndian) : view.getUint32(at, littleEndian);
    default:
      return signed ? view.getBigInt64(at, littleEndian) : view.getBigUint64(at, littleEndian);
  }
}

/** @throws RangeError for a number that the field cannot hold, or that is no integer where one is needed */
export function encodeScalar(
  value: number | bigint,
  kind: ScalarKind,
  bytes: number,
  littleEndian: boolean,
): Uint8Array {
  const encoded = new Uint8Array(bytes);
  const view = new DataView(encoded.buffer);
  if (kind === 'float') {
    if (bytes === 4) view.setFloat32(0, Number(value), littleEndian);
    else view.setFloat64(0, Number(value), littleEndian);
    return encoded;
  }
  const integer = BigInt(value);
  const bits = bytes * 8;
  const fits = kind === 'signed' ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer);
  if (fits !== integer) throw new RangeError(`${integer} does not fit ${bits} bits, ${kind}`);
  for (let at = 0; at < bytes; at += 1) {
    const shift = BigInt(8 * (littleEndian ? at : bytes - 1 - at));
    view.setUint8(at, Number((integer >> shift) & 0xffn));
  }
  return encoded;
}
