import type { Dna } from './format/dna.ts';
import type { BlendHeader } from './format/header.ts';
import { decodeSdna, type SdnaOrigin } from './format/sdna.ts';

/** Projects mix few versions of Blender; each entry is about 120 KB of SDNA and what was looked up in it. */
const MOST_ENTRIES = 8;
/** Ten times what Blender 5 writes. Whatever is larger is not worth being kept. */
const LARGEST_ENTRY_BYTES = 1024 * 1024;

interface CachedDna {
  readonly bytes: Uint8Array;
  readonly layout: string;
  readonly dna: Dna;
}

/** Files that one Blender wrote have the same SDNA, byte for byte: it is decoded once. */
export class DnaCache {
  readonly #entries: CachedDna[] = [];

  /** @throws SdnaInvalidError */
  decode(bytes: Uint8Array, header: BlendHeader, origin: SdnaOrigin): Dna {
    if (bytes.length > LARGEST_ENTRY_BYTES) return decodeSdna(bytes, header, origin);
    const layout = `${header.pointerBytes}${header.littleEndian}`;
    const known = this.#entries.find((entry) => entry.layout === layout && Buffer.compare(entry.bytes, bytes) === 0);
    if (known !== undefined) return known.dna;
    // The bytes given are a part of something larger, or somebody else's.
    const kept = Uint8Array.from(bytes);
    const dna = decodeSdna(kept, header, origin);
    this.#entries.unshift({ bytes: kept, layout, dna });
    this.#entries.length = Math.min(this.#entries.length, MOST_ENTRIES);
    return dna;
  }
}

/** The one that all files share unless they are given another. */
export const sharedDnaCache = new DnaCache();
