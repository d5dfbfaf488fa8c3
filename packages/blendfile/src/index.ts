export { BlendFile } from './blend-file.ts';
export { DnaCache } from './dna-cache.ts';
export {
  BlendCompressionInvalidError,
  BlendDataCyclicError,
  BlendEditConflictError,
  BlendFileError,
  BlendFileKindError,
  BlendFileTooLargeError,
  BlendFileTruncatedError,
  BlendFormatUnknownError,
  BlendHeaderInvalidError,
  FieldKindMismatchError,
  FieldMissingError,
  FieldValueTooLongError,
  FileBlockInvalidError,
  SdnaInvalidError,
} from './errors.ts';
export { formatBlockCode, isDatablockCode, parseBlockCode } from './format/block-code.ts';
export { decodeBlockHeader, encodeBlockHeader } from './format/block-header.ts';
export { Dna, DnaStruct } from './format/dna.ts';
export { decodeHeader, encodeHeader } from './format/header.ts';
export { leafFields } from './format/leaf-fields.ts';
export { decodeSdna } from './format/sdna.ts';
export { readIdProperties } from './id-properties.ts';
export { BlockIndex } from './index/block-index.ts';
export { BlockScanner } from './index/block-scanner.ts';
export { openBlendFile } from './open-blend-file.ts';
export { BlendEdits } from './rewrite/blend-edits.ts';
export { rewriteBlendFile, saveBlendFile } from './rewrite/rewrite-blend-file.ts';
export { StructView } from './struct-view.ts';

export type { ListOptions, ReadBodyOptions, ViewOptions } from './blend-file.ts';
export type { FilePosition } from './errors.ts';
export type { BlockCodeWord } from './format/block-code.ts';
export type { BlockHeader } from './format/block-header.ts';
export type { DnaField } from './format/dna.ts';
export type { BlendHeader } from './format/header.ts';
export type { SdnaOrigin } from './format/sdna.ts';
export type { IdProperty, IdPropertyValue } from './id-properties.ts';
export type { BlockScannerInit } from './index/block-scanner.ts';
export type { BlockVisitor } from './index/block-visitor.ts';
export type { BlendFilePath, BlendIndex, OpenBlendFileOptions } from './open-blend-file.ts';
export type { ContentEdit } from './rewrite/blend-edits.ts';
export type { RewriteOptions } from './rewrite/rewrite-blend-file.ts';
export type { ByteSource } from './source/byte-source.ts';
export type { BlendCompression } from './source/compression.ts';
export type { FieldReference, FieldValue } from './struct-view.ts';
