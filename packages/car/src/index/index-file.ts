import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { isErrnoException, openAtomicWriter } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { KEY_SEED_WORDS } from '../cid-key.ts';
import { CarError, CarIndexInvalidError } from '../errors.ts';
import { type CarSource, openForReading, readFully } from '../file/car-source.ts';
import { type SharedCarIndex, SLOT_WORDS, slotCountFor } from './car-index.ts';

/**
 * The file of an index, all numbers little endian:
 * `magic[16] | u32 length of the description | description (JSON) | low[4 * (n + 1)] | high[n + 1] | slots[12 * s] | SHA-256[32]`
 * The digest is of all that stands before it.
 */
const MAGIC = Buffer.from('waybill-car-ix\0\x01', 'latin1');
const DIGEST_BYTES = 32;
/** Some hundred bytes for each file and root. */
const MOST_DESCRIPTION_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 4 * 1024 * 1024;

interface Description {
  readonly blockCount: number;
  readonly uniqueCount: number;
  readonly seed: readonly number[];
  readonly files: readonly (Omit<CarSource, 'roots'> & { readonly roots: readonly string[] })[];
}

/** Writes the file as a whole or not at all. It can be made again, so that it need not survive a power cut. */
export async function saveIndex(path: string, shared: SharedCarIndex, options: AbortOptions = {}): Promise<void> {
  const hash = createHash('sha256');
  await using file = await openAtomicWriter(path, { ...options, durability: 'none' });
  for (const part of [...head(shared), shared.low, shared.high, shared.slots]) {
    const bytes = new Uint8Array(part);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      // A copy: WebCrypto and some writers refuse memory that threads share.
      const piece = bytes.slice(at, at + PIECE_BYTES);
      hash.update(piece);
      await file.write(piece);
    }
  }
  await file.write(hash.digest());
  await file.commit();
}

function head({ blockCount, uniqueCount, seed, files }: SharedCarIndex): ArrayBufferLike[] {
  const described = files.map((file) => ({
    ...file,
    roots: file.roots.map((root) => Buffer.from(root).toString('hex')),
  }));
  const description: Description = { blockCount, uniqueCount, seed, files: described };
  const text = new TextEncoder().encode(JSON.stringify(description));
  return [Uint8Array.from(MAGIC).buffer, Uint32Array.of(text.length).buffer, text.buffer];
}

/**
 * Reads an index; `undefined` where there is none.
 * @throws CarIndexInvalidError for a file that is broken or of another version; any system error.
 */
export function loadIndex(path: string): SharedCarIndex | undefined {
  let fd: number;
  try {
    fd = openForReading(path);
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return new IndexFileReader(fd).read();
  } catch (error) {
    throw error instanceof CarError ? error.locate(path, 0) : error;
  } finally {
    closeSync(fd);
  }
}

class IndexFileReader {
  readonly #fd: number;
  readonly #sizeBytes: number;
  readonly #hash: Hash = createHash('sha256');
  #at = 0;

  constructor(fd: number) {
    this.#fd = fd;
    this.#sizeBytes = fstatSync(fd).size;
  }

  read(): SharedCarIndex {
    const magic = this.#take(MAGIC.length);
    if (!MAGIC.equals(new Uint8Array(magic))) throw new CarIndexInvalidError(0, 'is no index of this version');
    const length = new Uint32Array(this.#take(4))[0] ?? 0;
    if (length > MOST_DESCRIPTION_BYTES) throw new CarIndexInvalidError(MAGIC.length, 'the description is too long');
    const { files, blockCount, uniqueCount, seed } = this.#describe(this.#take(length));
    const low = this.#take(4 * (blockCount + 1));
    const high = this.#take(blockCount + 1);
    const slots = this.#take(slotCountFor(blockCount) * SLOT_WORDS * 4);
    this.#checkDigest();
    const sources = files.map((file) => ({
      ...file,
      roots: file.roots.map((root) => Uint8Array.from(Buffer.from(root, 'hex'))),
    }));
    return { files: sources, blockCount, uniqueCount, seed, low, high, slots };
  }

  #describe(bytes: SharedArrayBuffer): Description {
    try {
      const description = JSON.parse(Buffer.from(new Uint8Array(bytes)).toString('utf8')) as Description;
      const { blockCount, uniqueCount, seed, files } = description;
      const counts = [blockCount, uniqueCount];
      const counted = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
      if (counted && seed.length === KEY_SEED_WORDS && Array.isArray(files)) return description;
    } catch (cause) {
      throw new CarIndexInvalidError(MAGIC.length, 'the description is broken', cause);
    }
    throw new CarIndexInvalidError(MAGIC.length, 'the description is broken');
  }

  /** Nothing is reserved that the file does not hold. */
  #take(length: number): SharedArrayBuffer {
    if (length > this.#sizeBytes - this.#at)
      throw new CarIndexInvalidError(this.#at, `the index ends ${length - this.#sizeBytes + this.#at} bytes early`);
    const buffer = new SharedArrayBuffer(length);
    for (let done = 0; done < length; done += PIECE_BYTES) {
      const piece = new Uint8Array(buffer, done, Math.min(PIECE_BYTES, length - done));
      if (readFully(this.#fd, piece, this.#at + done) < piece.length)
        throw new CarIndexInvalidError(this.#at + done, 'the index was cut while it was read');
      this.#hash.update(piece);
    }
    this.#at += length;
    return buffer;
  }

  #checkDigest(): void {
    const at = this.#at;
    const digest = this.#hash.copy().digest();
    if (at + DIGEST_BYTES !== this.#sizeBytes)
      throw new CarIndexInvalidError(at, 'the index is not as long as it says');
    const stored = new Uint8Array(DIGEST_BYTES);
    readFully(this.#fd, stored, at);
    if (!digest.equals(stored)) throw new CarIndexInvalidError(at, 'the digest of the index is another one');
  }
}
