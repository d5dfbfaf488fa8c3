import { randomBytes } from 'node:crypto';
import { type BlobKey, blobKey, formatBlobKey } from '@waybill/blob-store';

/**
 * Names of objects:
 *
 * ```
 * PREFIX blobs/      ab/ abcdef…-SIZE    the blob
 * PREFIX touched/    ab/ abcdef…-SIZE    nothing; its date is when the blob was last touched
 * PREFIX quarantine/     abcdef…-SIZE-MS-RANDOM what was found corrupt
 * ```
 *
 * Both listings come in the same order, so that they can be read side by side.
 */
export interface ObjectNames {
  readonly blobs: string;
  readonly touched: string;
  blob(key: BlobKey): string;
  touch(key: BlobKey): string;
  quarantine(key: BlobKey, nowMs: number): string;
  probe(id: string): string;
}

export function objectNames(prefix: string): ObjectNames {
  const blobs = `${prefix}blobs/`;
  const touched = `${prefix}touched/`;
  return {
    blobs,
    touched,
    blob: (key) => blobs + shard(key),
    touch: (key) => touched + shard(key),
    quarantine: (key, nowMs) => `${prefix}quarantine/${formatBlobKey(key)}-${nowMs}-${randomBytes(4).toString('hex')}`,
    probe: (id) => `${prefix}probe/${id}`,
  };
}

/** The key of what follows `blobs/` or `touched/`; undefined for what is none of ours. */
export function parseShard(text: string): BlobKey | undefined {
  const [, prefix, hex = '', size] = /^([0-9a-f]{2})\/([0-9a-f]{64})-(0|[1-9]\d{0,15})$/.exec(text) ?? [];
  return prefix === undefined || !hex.startsWith(prefix) ? undefined : blobKey(hex, Number(size));
}

function shard(key: BlobKey): string {
  const text = formatBlobKey(key);
  return `${text.slice(0, 2)}/${text}`;
}
