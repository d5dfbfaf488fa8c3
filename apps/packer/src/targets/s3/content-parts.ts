import { createHash } from 'node:crypto';
import type { AbortOptions } from '@waybill/common';
import type { ContentFacts, PackEntry } from '../pack-target.ts';
import { md5 } from './content-etag.ts';
import { partBytesOf } from './part-layout.ts';

export interface ContentPart {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** Cuts an entry into parts, each in memory of its own, and takes note of length and SHA-256. */
export class ContentParts {
  readonly #hash = createHash('sha256');
  readonly #entry: PackEntry;
  readonly #sizeBytes: number;
  #seenBytes = 0;

  constructor(entry: PackEntry, sizeBytes: number) {
    this.#entry = entry;
    this.#sizeBytes = sizeBytes;
  }

  /** An empty content is one part of nothing. */
  async *read({ signal }: AbortOptions): AsyncGenerator<ContentPart, void, undefined> {
    const partBytes = partBytesOf(this.#sizeBytes);
    let pieces: Uint8Array[] = [];
    let collected = 0;
    let number = 0;
    const cut = (): ContentPart => {
      const bytes = Buffer.concat(pieces, collected);
      pieces = [];
      collected = 0;
      number += 1;
      return { number, bytes, etag: md5(bytes) };
    };
    for await (const piece of this.#entry.open({ signal })) {
      this.#hash.update(piece);
      this.#seenBytes += piece.length;
      for (let at = 0; at < piece.length;) {
        const taken = piece.subarray(at, at + partBytes - collected);
        pieces.push(taken);
        collected += taken.length;
        at += taken.length;
        if (collected === partBytes) yield cut();
      }
    }
    if (collected > 0 || number === 0) yield cut();
  }

  /** To be called once, after the last part. */
  facts(): ContentFacts {
    return { sizeBytes: this.#seenBytes, sha256: this.#hash.digest('hex') };
  }
}
