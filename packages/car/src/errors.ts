import { WaybillError } from '@waybill/common';

/** How an error tells what it knows; the same bytes fail in the same way again. */
interface CarErrorInit {
  code: string;
  cause?: unknown;
}

/**
 * The base of what is wrong with the bytes of a CAR file or of a block. Codecs count `offset` in the bytes that they were
 * given; readers of files then say which file it is, and count from its beginning.
 */
export abstract class CarError extends WaybillError {
  /** The path that was opened, or the name that was given for bytes; `undefined` for bytes without a name. */
  file: string | undefined;
  /** In bytes of the uncompressed content, unless the error says otherwise. */
  offset: number;
  readonly #problem: string;

  constructor(offset: number, problem: string, { code, cause }: CarErrorInit) {
    super(`${problem} (at byte ${offset})`, { code, retryable: false, cause });
    this.offset = offset;
    this.#problem = problem;
  }

  /** Says where the bytes came from: `base` is the place in `file` of what the codec called 0. */
  locate(file: string, base: number): this {
    this.file = file;
    this.offset += base;
    this.message = `${file}: ${this.#problem} (at byte ${this.offset})`;
    return this;
  }
}

/** The content ends before what it announces. */
export class CarTruncatedError extends CarError {
  readonly neededBytes: number;
  readonly availableBytes: number;

  constructor(offset: number, what: string, neededBytes: number, availableBytes: number) {
    super(offset, `${what} needs ${neededBytes} bytes, ${availableBytes} are left`, { code: 'ERR_CAR_TRUNCATED' });
    this.neededBytes = neededBytes;
    this.availableBytes = availableBytes;
  }
}

/** The first bytes are no header of a CAR file, or contradict themselves. */
export class CarHeaderInvalidError extends CarError {
  constructor(offset: number, problem: string, cause?: unknown) {
    super(offset, problem, { code: 'ERR_CAR_HEADER_INVALID', cause });
  }
}

/** A CAR file of a version that this reader does not know. */
export class CarVersionUnknownError extends CarError {
  readonly version: number;

  constructor(offset: number, version: number) {
    super(offset, `CAR version ${version} is not known; 1 and 2 are`, { code: 'ERR_CAR_VERSION_UNKNOWN' });
    this.version = version;
  }
}

/** A section (length, CID, data) contradicts itself. */
export class CarSectionInvalidError extends CarError {
  constructor(offset: number, problem: string) {
    super(offset, problem, { code: 'ERR_CAR_SECTION_INVALID' });
  }
}

/** A header, section or list announces more than the limit; nothing was reserved for it. */
export class CarSectionTooLargeError extends CarError {
  readonly sizeBytes: number;
  readonly limitBytes: number;

  constructor(offset: number, what: string, sizeBytes: number, limitBytes: number) {
    super(offset, `${what} of ${sizeBytes} bytes is larger than the limit of ${limitBytes}`, {
      code: 'ERR_CAR_SECTION_TOO_LARGE',
    });
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }
}

/** A varint that is longer than it has to be, or larger than 2^53 - 1. */
export class VarintInvalidError extends CarError {
  constructor(offset: number, problem: string) {
    super(offset, problem, { code: 'ERR_VARINT_INVALID' });
  }
}

/** Bytes that are no CID. */
export class CidInvalidError extends CarError {
  constructor(offset: number, problem: string) {
    super(offset, problem, { code: 'ERR_CID_INVALID' });
  }
}

/** CBOR that is broken, or not written the one way that DAG-CBOR allows. */
export class CborInvalidError extends CarError {
  constructor(offset: number, problem: string) {
    super(offset, problem, { code: 'ERR_CBOR_INVALID' });
  }
}

/** Well-formed CBOR that is no header of a chain's block. */
export class BlockHeaderInvalidError extends CarError {
  constructor(offset: number, problem: string) {
    super(offset, problem, { code: 'ERR_BLOCK_HEADER_INVALID' });
  }
}

/** The index of a CARv2 or forest file, or our own one, contradicts itself or its file. */
export class CarIndexInvalidError extends CarError {
  constructor(offset: number, problem: string, cause?: unknown) {
    super(offset, problem, { code: 'ERR_CAR_INDEX_INVALID', cause });
  }
}

/** The zstd data is broken; `offset` counts bytes of the compressed file. */
export class CarCompressionInvalidError extends CarError {
  constructor(offset: number, problem: string, cause?: unknown) {
    super(offset, problem, { code: 'ERR_CAR_COMPRESSION_INVALID', cause });
  }
}

/** The content of a block is not what its CID names. */
export class BlockHashMismatchError extends CarError {
  readonly cid: string;
  /** The digest in the CID, and that of the content, as hexadecimal text. */
  readonly expected: string;
  readonly actual: string;

  constructor(offset: number, cid: string, expected: string, actual: string) {
    super(offset, `block ${cid} has digest ${actual}, its CID says ${expected}`, { code: 'ERR_BLOCK_HASH_MISMATCH' });
    this.cid = cid;
    this.expected = expected;
    this.actual = actual;
  }
}

/** A CID with a hash function that is not built in: only blake2b-256, sha2-256 and identity are. */
export class HashUnknownError extends CarError {
  readonly cid: string;
  readonly hashCode: number;

  constructor(offset: number, cid: string, hashCode: number) {
    super(offset, `block ${cid} has hash function 0x${hashCode.toString(16)}, which is not known`, {
      code: 'ERR_HASH_UNKNOWN',
    });
    this.cid = cid;
    this.hashCode = hashCode;
  }
}

/** A CAR file is another one than the one that was indexed. */
export class CarFileChangedError extends CarError {
  constructor(offset: number, problem: string) {
    super(offset, problem, { code: 'ERR_CAR_FILE_CHANGED' });
  }
}

/** A directory, pipe or device where a file has to be. */
export class CarFileKindError extends CarError {
  constructor(file: string) {
    super(0, 'is no regular file: a CAR file is needed here', { code: 'ERR_CAR_FILE_KIND' });
    this.locate(file, 0);
  }
}

/** More keys than the set was made for. */
export class SeenSetFullError extends WaybillError {
  readonly expectedEntries: number;

  constructor(expectedEntries: number) {
    super(`the set was made for ${expectedEntries} entries and has no room for more`, {
      code: 'ERR_SEEN_SET_FULL',
      retryable: false,
    });
    this.expectedEntries = expectedEntries;
  }
}
