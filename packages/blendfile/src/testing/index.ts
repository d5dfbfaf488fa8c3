export { buildBlendFile, encodeAddresses } from './build-blend-file.ts';
export { compressZstd } from './compress-zstd.ts';
export { encodeSdna } from './encode-sdna.ts';

export type { BlendFileSpec, BlockSpec, FieldInput, StructValues } from './build-blend-file.ts';
export type { StructDeclarations } from './encode-sdna.ts';
