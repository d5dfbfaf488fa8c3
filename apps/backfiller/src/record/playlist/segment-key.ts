import { parseAttributeList } from './attribute-list.ts';
import type { SegmentKey } from './media-playlist.ts';
import { PlaylistInvalidError, PlaylistUnsupportedError } from './playlist-errors.ts';
import { resolveUri } from './playlist-values.ts';

/** Makes the key of a segment: where the tag gives no IV, it is the media sequence number (RFC 8216 section 5.2). */
export type KeyMaker = (mediaSequence: number) => SegmentKey;

const IV_BYTES = 16;
const IV = /^0x([0-9a-f]{1,32})$/i;

/** The value of an EXT-X-KEY; undefined for METHOD=NONE. Throws PlaylistInvalidError, PlaylistUnsupportedError. */
export function parseKey(value: string, baseUrl: string, line: number): KeyMaker | undefined {
  const attributes = parseAttributeList(value, line);
  const method = attributes.get('METHOD') ?? '';
  if (method === 'NONE') return undefined;
  const format = attributes.get('KEYFORMAT') ?? 'identity';
  if (method !== 'AES-128' || format !== 'identity')
    throw new PlaylistUnsupportedError(
      `encryption ${method} (${format})`,
      line,
      'AES-128 with the key at a URL can be read',
    );
  const keyUri = attributes.get('URI');
  if (keyUri === undefined) throw new PlaylistInvalidError('EXT-X-KEY without URI', line);
  const uri = resolveUri(keyUri, baseUrl, line);
  const iv = attributes.get('IV');
  if (iv === undefined) return (mediaSequence) => ({ uri, iv: sequenceIv(mediaSequence) });
  const hex = IV.exec(iv)?.[1];
  if (hex === undefined) throw new PlaylistInvalidError('the IV of EXT-X-KEY is not 0x and up to 32 hex digits', line);
  const bytes = new Uint8Array(Buffer.from(hex.padStart(IV_BYTES * 2, '0'), 'hex'));
  return () => ({ uri, iv: bytes });
}

function sequenceIv(mediaSequence: number): Uint8Array {
  const iv = new Uint8Array(IV_BYTES);
  new DataView(iv.buffer).setBigUint64(8, BigInt(mediaSequence));
  return iv;
}
