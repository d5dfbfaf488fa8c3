import { BlendFileTruncatedError, FileBlockInvalidError } from '../errors.ts';
import type { BlockCodeWord } from './block-code.ts';
import type { BlendHeader } from './header.ts';

/** What stands before the body of each file-block (Blender calls it BHead). */
export interface BlockHeader {
  readonly code: BlockCodeWord;
  /** Of the body that follows. */
  readonly lengthBytes: number;
  /** The address that the data had in the memory of the Blender that wrote it; 5.0 on: a stable number. Only a key. */
  readonly oldAddress: bigint;
  /** Index of the struct in the SDNA. 0 also stands for bytes without a struct. */
  readonly sdnaIndex: number;
  /** Of structs in the body. */
  readonly count: number;
}

/** Byte offsets inside a block header. */
export interface BlockHeaderLayout {
  readonly sizeBytes: number;
  readonly lengthAt: number;
  readonly oldAddressAt: number;
  readonly sdnaIndexAt: number;
  readonly countAt: number;
  /** Lengths and counts have 64 bits. */
  readonly wide: boolean;
  /** Old addresses have 64 bits. */
  readonly widePointers: boolean;
}

/** code 4 · length 4 · old address 4 · SDNA index 4 · count 4 */
const LEGACY_32: BlockHeaderLayout = {
  ...{ sizeBytes: 20, lengthAt: 4, oldAddressAt: 8, sdnaIndexAt: 12, countAt: 16 },
  ...{ wide: false, widePointers: false },
};
/** code 4 · length 4 · old address 8 · SDNA index 4 · count 4 */
const LEGACY_64: BlockHeaderLayout = {
  ...{ sizeBytes: 24, lengthAt: 4, oldAddressAt: 8, sdnaIndexAt: 16, countAt: 20 },
  ...{ wide: false, widePointers: true },
};
/** code 4 · SDNA index 4 · old address 8 · length 8 · count 8 */
const WIDE: BlockHeaderLayout = {
  ...{ sizeBytes: 32, sdnaIndexAt: 4, oldAddressAt: 8, lengthAt: 16, countAt: 24 },
  ...{ wide: true, widePointers: true },
};

export function blockHeaderLayout({ formatVersion, pointerBytes }: BlendHeader): BlockHeaderLayout {
  if (formatVersion === 1) return WIDE;
  return pointerBytes === 4 ? LEGACY_32 : LEGACY_64;
}

/**
 * Reads one block header at the start of `bytes`. The index of a file is not built with this: see `BlockScanner`.
 * @throws BlendFileTruncatedError, FileBlockInvalidError
 */
export function decodeBlockHeader(bytes: Uint8Array, header: BlendHeader, file = '', offset = 0): BlockHeader {
  const layout = blockHeaderLayout(header);
  if (bytes.length < layout.sizeBytes) {
    throw new BlendFileTruncatedError({ file, offset }, 'a block header', layout.sizeBytes, bytes.length);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, layout.sizeBytes);
  const { littleEndian } = header;
  const lengthBytes = readLength(view, layout.lengthAt, layout, littleEndian);
  const count = readLength(view, layout.countAt, layout, littleEndian);
  const sdnaIndex = view.getInt32(layout.sdnaIndexAt, littleEndian);
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0 || count < 0 || sdnaIndex < 0) {
    const numbers = `length ${lengthBytes}, SDNA index ${sdnaIndex}, count ${count}`;
    throw new FileBlockInvalidError({ file, offset }, `a file-block has ${numbers}`);
  }
  const oldAddress = layout.widePointers
    ? view.getBigUint64(layout.oldAddressAt, littleEndian)
    : BigInt(view.getUint32(layout.oldAddressAt, littleEndian));
  return { code: view.getUint32(0, true), lengthBytes, oldAddress, sdnaIndex, count };
}

/** The bytes that {@link decodeBlockHeader} reads. */
export function encodeBlockHeader(block: BlockHeader, header: BlendHeader): Uint8Array {
  const layout = blockHeaderLayout(header);
  const { littleEndian } = header;
  const bytes = new Uint8Array(layout.sizeBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, block.code, true);
  view.setInt32(layout.sdnaIndexAt, block.sdnaIndex, littleEndian);
  if (layout.widePointers) view.setBigUint64(layout.oldAddressAt, block.oldAddress, littleEndian);
  else view.setUint32(layout.oldAddressAt, Number(block.oldAddress), littleEndian);
  writeLength(view, layout.lengthAt, block.lengthBytes, layout, littleEndian);
  writeLength(view, layout.countAt, block.count, layout, littleEndian);
  return bytes;
}

function readLength(view: DataView, at: number, { wide }: BlockHeaderLayout, littleEndian: boolean): number {
  return wide ? Number(view.getBigInt64(at, littleEndian)) : view.getInt32(at, littleEndian);
}

function writeLength(
  view: DataView,
  at: number,
  value: number,
  layout: BlockHeaderLayout,
  littleEndian: boolean,
): void {
  if (layout.wide) view.setBigInt64(at, BigInt(value), littleEndian);
  else view.setInt32(at, value, littleEndian);
}
