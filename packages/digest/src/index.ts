export { formatBase64Url, parseBase64Url } from './base64-url.ts';
export { DigestTextInvalidError } from './digest-text-invalid-error.ts';
export { SHA256_BYTES } from './digest.ts';
export { digestsEqual } from './digests-equal.ts';
export { formatHex, parseHex } from './hex.ts';
export { sha256 } from './sha256.ts';

export type { DigestTextForm } from './digest-text-invalid-error.ts';
export type { Digest, DigestAlgorithm } from './digest.ts';
