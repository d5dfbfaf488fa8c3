import { CidParts, CODEC_CBOR, CODEC_DAG_CBOR, CODEC_RAW, HASH_IDENTITY, readCid } from '@waybill/car';

/**
 * Which links are followed (specification 1.1): codecs cbor, dag-cbor and raw; no identity hashes, whose content is in the
 * CID. Everything else, above all the commitments of sectors, names no block. One belongs to one thread.
 */
export class LinkFilter {
  /** Of the CID that was looked at last. */
  readonly parts = new CidParts();
  readonly #takesCbor: boolean;

  constructor(takesCbor: boolean) {
    this.#takesCbor = takesCbor;
  }

  takes(bytes: Uint8Array, start: number, length: number): boolean {
    const { parts } = this;
    readCid(bytes, start, start + length, parts);
    if (parts.hashCode === HASH_IDENTITY) return false;
    const { codec } = parts;
    return codec === CODEC_DAG_CBOR || codec === CODEC_RAW || (codec === CODEC_CBOR && this.#takesCbor);
  }
}
