import type { AbortOptions } from '@waybill/common';
import { type BlendFile, FieldMissingError, type StructView } from '@waybill/blendfile';

const PART_BYTES = 16 * 1024 * 1024;

/** The bytes of a file that is packed into a .blend file. @param block Of the `PackedFile`. */
export async function readPackedFile(file: BlendFile, block: number, options: AbortOptions = {}): Promise<Uint8Array> {
  const { data, sizeBytes } = await packedFileData(file, block, options);
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  for (let offset = 0; offset < sizeBytes; offset += PART_BYTES) {
    const lengthBytes = Math.min(PART_BYTES, sizeBytes - offset);
    bytes.set(await file.readBody(data, { offset, lengthBytes, ...options }), offset);
  }
  return bytes;
}

export interface PackedFileData {
  readonly view: StructView;
  /** The block with the bytes. */
  readonly data: number;
  /** Of the packed file: the block can be a little longer. */
  readonly sizeBytes: number;
}

/** @throws FieldMissingError where the block holds no packed file */
export async function packedFileData(
  file: BlendFile,
  block: number,
  options: AbortOptions = {},
): Promise<PackedFileData> {
  const view = await file.view(block, options);
  const data = view.has('data') ? file.target(view, 'data') : -1;
  if (data < 0) {
    const position = { file: file.name, offset: file.blocks.headerOffset(block) };
    throw new FieldMissingError(view.struct.name, 'data', position);
  }
  const said = view.has('size') ? view.number('size') : Infinity;
  return { view, data, sizeBytes: Math.max(0, Math.min(said, file.blocks.bodyLength(data))) };
}
