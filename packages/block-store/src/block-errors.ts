import { WaybillError } from '@waybill/common';
import { CID } from 'multiformats/cid';

/** A CID in its binary form, or as `multiformats` has it. */
type AnyCid = Uint8Array | CID;

/** There is no such block in the store. What could not be read is another error. */
export class BlockMissingError extends WaybillError {
  /** As text, as Lotus shows it. */
  readonly cid: string;

  constructor(cid: AnyCid, cause?: unknown) {
    super(`block ${cidText(cid)} is not there`, { code: 'ERR_BLOCK_MISSING', retryable: false, cause });
    this.cid = cidText(cid);
  }
}

/** What the store gives for a CID is not what the CID names. */
export class BlockCorruptError extends WaybillError {
  readonly cid: string;
  /** Both in hex. */
  readonly expectedDigest: string;
  readonly actualDigest: string;

  constructor(cid: AnyCid, { expected, actual }: { expected: Uint8Array; actual: Uint8Array }) {
    const message = `block ${cidText(cid)} is corrupt: its content has digest ${toHex(actual)}`;
    super(message, { code: 'ERR_BLOCK_CORRUPT', retryable: false });
    this.cid = cidText(cid);
    this.expectedDigest = toHex(expected);
    this.actualDigest = toHex(actual);
  }
}

/** The store could not be read: whether the block is there is not known. */
export class BlockStoreUnreadableError extends WaybillError {
  /** Undefined where it is not about one block. */
  readonly cid: string | undefined;

  constructor(cid: AnyCid | undefined, cause: unknown) {
    const what = cid === undefined ? 'the block store' : `block ${cidText(cid)}`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Where the cause knows whether it is worth another try, it is to be asked.
    const retryable = !(cause instanceof WaybillError) || cause.retryable;
    super(`${what} cannot be read: ${reason}`, { code: 'ERR_BLOCK_STORE_UNREADABLE', retryable, cause });
    this.cid = cid === undefined ? undefined : cidText(cid);
  }
}

/** A content that was to be put is not what its CID names; nothing of it was stored. */
export class BlockDigestMismatchError extends WaybillError {
  readonly cid: string;
  readonly expectedDigest: string;
  readonly actualDigest: string;

  constructor(cid: AnyCid, { expected, actual }: { expected: Uint8Array; actual: Uint8Array }) {
    const message = `block ${cidText(cid)}: the content that came has digest ${toHex(actual)}`;
    super(message, { code: 'ERR_BLOCK_DIGEST_MISMATCH', retryable: true });
    this.cid = cidText(cid);
    this.expectedDigest = toHex(expected);
    this.actualDigest = toHex(actual);
  }
}

/** Bytes that are no CID, or have something behind it. */
export class BlockCidInvalidError extends WaybillError {
  /** The first 64 bytes, in hex. */
  readonly bytes: string;

  constructor(bytes: Uint8Array, problem: string) {
    super(`${toHex(bytes.subarray(0, 64))} is no CID: ${problem}`, { code: 'ERR_BLOCK_CID_INVALID', retryable: false });
    this.bytes = toHex(bytes.subarray(0, 64));
  }
}

/** The content cannot be verified: nobody here can compute this hash. */
export class BlockHashUnsupportedError extends WaybillError {
  readonly cid: string;
  /** The multihash code. */
  readonly hashCode: number;

  constructor(cid: AnyCid, hashCode: number) {
    const message = `block ${cidText(cid)} has a hash that is not supported: 0x${hashCode.toString(16)}`;
    super(message, { code: 'ERR_BLOCK_HASH_UNSUPPORTED', retryable: false });
    this.cid = cidText(cid);
    this.hashCode = hashCode;
  }
}

/** The store was closed; nothing can be done with it any more. */
export class BlockStoreClosedError extends WaybillError {
  constructor() {
    super('the block store is closed', { code: 'ERR_BLOCK_STORE_CLOSED', retryable: false });
  }
}

/** A CID as text; bytes that are none are shown in hex, since this is for messages. */
export function cidText(cid: AnyCid): string {
  if (!(cid instanceof Uint8Array)) return cid.toString();
  try {
    return CID.decode(cid).toString();
  } catch {
    return `0x${toHex(cid)}`;
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
