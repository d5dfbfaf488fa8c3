import { createReadStream } from 'node:fs';
import { type CidBytes, type FrameWriter, writeVarint } from '@waybill/car';
import { type AbortOptions, WaybillError } from '@waybill/common';
import { createBLAKE2b } from 'hash-wasm';

/** CIDv1, raw, blake2b-256 of 32 bytes: the only kind that FRC-0108 has for F3 data. */
const CID_PREFIX = Uint8Array.of(0x01, 0x55, 0xa0, 0xe4, 0x02, 0x20);

/** An F3 snapshot that goes into a snapshot v2. */
export interface F3Data {
  readonly path: string;
  readonly cid: CidBytes;
  readonly sizeBytes: number;
}

/** The file is no F3 snapshot, or was changed while it was read. */
export class F3DataInvalidError extends WaybillError {
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`, { code: 'ERR_F3_DATA_INVALID', retryable: false });
    this.path = path;
    this.problem = problem;
  }
}

/**
 * Reads the file once for its CID. That it is whole is known by its frames: `varint length | CBOR`, a header and one
 * certificate at least; what the certificates say is for a node to check.
 * @throws F3DataInvalidError; any system error.
 */
export async function readF3Data(path: string, { signal }: AbortOptions = {}): Promise<F3Data> {
  const hash = await createBLAKE2b(256);
  const frames = new FrameCounter();
  let sizeBytes = 0;
  for await (const piece of piecesOf(path, signal)) {
    hash.update(piece);
    frames.take(piece);
    sizeBytes += piece.length;
  }
  if (!frames.isWhole) throw new F3DataInvalidError(path, 'is cut off: its last frame is not whole');
  if (frames.count < 2) throw new F3DataInvalidError(path, 'is no F3 snapshot: a header and certificates are needed');
  return { path, sizeBytes, cid: Uint8Array.from([...CID_PREFIX, ...hash.digest('binary')]) };
}

/**
 * Writes the block, piece by piece where the writer can. @throws F3DataInvalidError where the file is another one by now.
 */
export async function writeF3Data(
  { path, cid, sizeBytes }: F3Data,
  frames: FrameWriter,
  { signal }: AbortOptions = {},
): Promise<void> {
  const hash = await createBLAKE2b(256);
  const head = new Uint8Array(16 + cid.length);
  const cidAt = writeVarint(cid.length + sizeBytes, head, 0);
  head.set(cid, cidAt);
  frames.beginBlock(head, 0, cidAt + cid.length, sizeBytes);
  let left = sizeBytes;
  for await (const piece of piecesOf(path, signal)) {
    left -= piece.length;
    if (left < 0) break;
    hash.update(piece);
    frames.continueBlock(piece);
    if (frames.isFull) await frames.writeBehind();
  }
  const isSame = left === 0 && Buffer.compare(hash.digest('binary'), cid.subarray(CID_PREFIX.length)) === 0;
  if (!isSame) throw new F3DataInvalidError(path, 'was changed while it was read');
}

function piecesOf(path: string, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal !== undefined && { signal }) });
}

const MOST_SCALE = 2 ** 42;

/** Counts frames in pieces of any size. */
class FrameCounter {
  count = 0;
  #isBroken = false;
  /** Of the frame that is being read. */
  #left = 0;
  #length = 0;
  #scale = 1;

  get isWhole(): boolean {
    return !this.#isBroken && this.#left === 0 && this.#scale === 1;
  }

  take(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, piece.length - at);
        this.#left -= taken;
        at += taken;
        continue;
      }
      this.#takeLength(piece[at] ?? 0);
      at += 1;
    }
  }

  #takeLength(byte: number): void {
    // No length of a file has more bits.
    if (this.#scale > MOST_SCALE) this.#isBroken = true;
    if (this.#isBroken) return;
    this.#length += (byte & 0x7f) * this.#scale;
    this.#scale *= 0x80;
    if (byte >= 0x80) return;
    this.#left = this.#length;
    this.#length = 0;
    this.#scale = 1;
    this.count += 1;
  }
}
