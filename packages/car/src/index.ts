export {
  CarIndexInvalidError,
  CarError,
  BlockHashMismatchError,
  BlockHeaderInvalidError,
  CarCompressionInvalidError,
  CarFileChangedError,
  CarFileKindError,
  CarHeaderInvalidError,
  CarSectionInvalidError,
  CarSectionTooLargeError,
  CarTruncatedError,
  CarVersionUnknownError,
  CborInvalidError,
  CidInvalidError,
  HashUnknownError,
  SeenSetFullError,
  VarintInvalidError,
} from './errors.ts';
export { decodeBlockHeader } from './codec/block-header.ts';
export { decodeCarHeader, encodeCarHeader } from './codec/car-header.ts';
export { CAR_V2_HEADER_BYTES, CAR_V2_PRAGMA, decodeCarV2Header, encodeCarV2Header } from './codec/car-v2.ts';
export {
  CidParts,
  CODEC_CBOR,
  CODEC_DAG_CBOR,
  CODEC_DAG_PB,
  CODEC_RAW,
  formatCid,
  HASH_BLAKE2B_256,
  HASH_IDENTITY,
  HASH_SHA2_256,
  isUsualCid,
  readCid,
  USUAL_CID_BYTES,
} from './codec/cid.ts';
export { carLimits } from './codec/limits.ts';
export { decodeSnapshotMetadata, encodeSnapshotMetadata } from './codec/snapshot-metadata.ts';
export { CarV2Index, INDEX_SORTED, MULTIHASH_INDEX_SORTED } from './codec/car-v2-index.ts';
export { CarV2IndexWriter } from './codec/encode-car-v2-index.ts';
export { LinkBuffer } from './codec/link-buffer.ts';
export { scanLinks } from './codec/scan-links.ts';
export { encodeVarint, readVarint, varintLength, writeVarint } from './codec/varint.ts';
export { CarScanner } from './file/car-scanner.ts';
export { openSharedCarStore } from './file/car-store.ts';
export { CarWriter } from './file/car-writer.ts';
export { openCarStore } from './file/open-car-store.ts';
export { readCarBatches, readCarBlocks } from './file/read-car-blocks.ts';
export { wrapCarV2 } from './file/wrap-car-v2.ts';
export { ZstdSink } from './file/zstd-sink.ts';
export { openForestCar } from './forest/forest-car.ts';
export { ForestWriter } from './forest/forest-writer.ts';
export { openCarIndex } from './index/car-index.ts';
export { createSeenSet, openSeenSet } from './seen/seen-set.ts';
export { createBlockVerifier } from './verify-block.ts';

export type { BlockHeader } from './codec/block-header.ts';
export type { CarHeader } from './codec/car-header.ts';
export type { CarV2Header } from './codec/car-v2.ts';
export type { IndexBucket } from './codec/car-v2-index.ts';
export type { SnapshotMetadata } from './codec/snapshot-metadata.ts';
export type { CidBytes } from './codec/cid.ts';
export type { CarLimits } from './codec/limits.ts';
export type { CarFileHeader, CarScannerInit, CarVisitor } from './file/car-scanner.ts';
export type { CarSource, FileStamp } from './file/car-source.ts';
export type { CarStore, SharedCarStore } from './file/car-store.ts';
export type { ByteSink } from './file/byte-sink.ts';
export type { CarSummary, CarWriterOptions, FrameWriter } from './file/car-writer.ts';
export type { IndexProgress } from './file/index-car-file.ts';
export type { OpenCarStoreOptions } from './file/open-car-store.ts';
export type { UnpackPlan } from './file/unpack-car-file.ts';
export type { ReadRunsOptions, RunVisitor } from './file/run-reader.ts';
export type { CarBlock, ReadCarBlocksOptions } from './file/read-car-blocks.ts';
export type { WrapCarV2Options } from './file/wrap-car-v2.ts';
export type { ZstdSinkOptions } from './file/zstd-sink.ts';
export type { ForestCar } from './forest/forest-car.ts';
export type { ForestIndexHeader } from './forest/forest-format.ts';
export type { ForestWriterOptions } from './forest/forest-writer.ts';
export type { CarIndex, SharedCarIndex } from './index/car-index.ts';
export type { SeenSet, SeenSetOptions, SharedSeenSet } from './seen/seen-set.ts';
export type { BlockVerifier } from './verify-block.ts';
