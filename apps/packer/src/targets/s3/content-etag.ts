import { createHash } from 'node:crypto';
import { isSingle } from './part-layout.ts';

/** MD5 in hex: what S3 calls a part, or an object that came in one request. */
export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** What S3 calls an object whose parts have these names: the MD5 of their MD5s, and how many they are. */
export function etagOfParts(etags: readonly string[]): string {
  return `${md5(Buffer.from(etags.join(''), 'hex'))}-${etags.length}`;
}

/** What S3 calls a content that came cut as `part-layout` cuts it. Services with encryption may call it otherwise: then it is sent again. */
export function etagOf(sizeBytes: number, etags: readonly string[]): string {
  return isSingle(sizeBytes) ? (etags[0] ?? md5(new Uint8Array())) : etagOfParts(etags);
}
