import type { AbortOptions } from '@waybill/common';
import { ResponseInvalidError } from '@waybill/http-kit';
import type { HttpResponse } from '@waybill/http-kit';
import type { ByteRange, MediaSegment } from '../playlist/media-playlist.ts';
import { decryptBytes } from './decrypt-bytes.ts';
import { headerOf, publicUrl } from './hls-client.ts';
import type { HlsClient } from './hls-client.ts';
import type { KeyStore } from './key-store.ts';
import { requireTransportStream } from './require-transport-stream.ts';
import { sliceBytes } from './slice-bytes.ts';

export interface SegmentSourceInit {
  readonly client: HlsClient;
  readonly keys: KeyStore;
  readonly maxSegmentBytes: number;
}

/** Opens the content of a segment: its range of the file, decrypted, and only if it is MPEG-TS. It throws, here or while it is read, what http-kit throws. */
export class SegmentSource {
  readonly #init: SegmentSourceInit;

  constructor(init: SegmentSourceInit) {
    this.#init = init;
  }

  async open({ uri, byteRange, key }: MediaSegment, { signal }: AbortOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const { client, keys, maxSegmentBytes } = this.#init;
    const secret = key === undefined ? undefined : await keys.get(key.uri, { signal });
    const range = byteRange && `bytes=${byteRange.offset}-${byteRange.offset + byteRange.length - 1}`;
    // What a server sends that knows no ranges is as long as the file, up to the end of the range.
    const maxBytes = maxSegmentBytes + (byteRange?.offset ?? 0);
    const response = await client.segment(uri, { range, maxBytes, signal });
    const content = byteRange === undefined ? response.body : rangeOf(response, byteRange, publicUrl(uri));
    const plain = key === undefined || secret === undefined ? content : decryptBytes(content, secret, key.iv);
    return requireTransportStream(plain, publicUrl(uri));
  }
}

function rangeOf(response: HttpResponse, { offset, length }: ByteRange, url: string): AsyncIterable<Uint8Array> {
  if (response.status === 200) return sliceBytes(response.body, { skip: offset, length, url });
  const said = headerOf(response, 'content-range');
  if (said === undefined || !said.startsWith(`bytes ${offset}-`)) {
    response.discard();
    throw new ResponseInvalidError({
      url,
      problem: `Content-Range ${said ?? 'is missing'} where byte ${offset} was asked for`,
    });
  }
  return sliceBytes(response.body, { skip: 0, length, url });
}
