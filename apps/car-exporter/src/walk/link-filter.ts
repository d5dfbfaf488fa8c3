import {
  CidParts,
  CODEC_CBOR,
  CODEC_DAG_CBOR,
  CODEC_RAW,
  HASH_IDENTITY,
  isUsualCid,
  readCid,
  USUAL_CID_BYTES,
} from '@waybill/car';

/**
 * Which links are followed (specification 1.1): codecs cbor, dag-cbor and raw; no identity hashes, whose content is in the
 * CID. Everything else, above all the commitments of sectors, names no block. One belongs to one thread.
 */
export class LinkFilter {
  /** Of the CID that was looked at last. */
  codec = 0;
  readonly #parts = new CidParts();
  readonly #takesCbor: boolean;

  constructor(takesCbor: boolean) {
    this.#takesCbor = takesCbor;
  }

  takes(bytes: Uint8Array, start: number, length: number): boolean {
    if (length === USUAL_CID_BYTES && isUsualCid(bytes, start)) return this.#takesCodec(bytes[start + 1] ?? 0);
    const parts = this.#parts;
    readCid(bytes, start, start + length, parts);
    return this.#takesCodec(parts.codec) && parts.hashCode !== HASH_IDENTITY;
  }

  #takesCodec(codec: number): boolean {
    this.codec = codec;
    return codec === CODEC_DAG_CBOR || codec === CODEC_RAW || (codec === CODEC_CBOR && this.#takesCbor);
  }
}
