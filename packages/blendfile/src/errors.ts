import { WaybillError } from '@waybill/common';

/** Where in which file something was found. */
export interface FilePosition {
  /** The path that was opened, or the name that was given for bytes. */
  file: string;
  /** In bytes of the uncompressed content, unless the error says otherwise. */
  offset: number;
}

/** The base of what is wrong with a .blend file; the same bytes fail in the same way again. */
export abstract class BlendFileError extends WaybillError {
  readonly file: string;
  readonly offset: number;

  /** @param init `isOfFile`: it is about the file as a whole, and not about one place in it. */
  constructor(
    { file, offset }: FilePosition,
    problem: string,
    { code, cause, isOfFile = false }: { code: string; cause?: unknown; isOfFile?: boolean },
  ) {
    super(`${file}: ${problem}${isOfFile ? '' : ` (at byte ${offset})`}`, { code, retryable: false, cause });
    this.file = file;
    this.offset = offset;
  }
}

/** The first bytes are no header of a .blend file. */
export class BlendHeaderInvalidError extends BlendFileError {
  constructor(position: FilePosition, problem: string) {
    super(position, problem, { code: 'ERR_BLEND_HEADER_INVALID' });
  }
}

/** A .blend file of a format version that this reader does not know. */
export class BlendFormatUnknownError extends BlendFileError {
  readonly formatVersion: number;

  constructor(position: FilePosition, formatVersion: number) {
    const problem = `file format version ${formatVersion} is not known; 0 (up to Blender 4) and 1 (Blender 5) are`;
    super(position, problem, { code: 'ERR_BLEND_FORMAT_UNKNOWN' });
    this.formatVersion = formatVersion;
  }
}

/** The file ends before what it announces. */
export class BlendFileTruncatedError extends BlendFileError {
  readonly neededBytes: number;
  readonly availableBytes: number;

  constructor(position: FilePosition, what: string, neededBytes: number, availableBytes: number) {
    const problem = `${what} needs ${neededBytes} bytes, ${availableBytes} are left`;
    super(position, problem, { code: 'ERR_BLEND_FILE_TRUNCATED' });
    this.neededBytes = neededBytes;
    this.availableBytes = availableBytes;
  }
}

/** A file-block contradicts itself or the format. */
export class FileBlockInvalidError extends BlendFileError {
  constructor(position: FilePosition, problem: string) {
    super(position, problem, { code: 'ERR_FILE_BLOCK_INVALID' });
  }
}

/** The SDNA is missing, broken, or contradicts itself. */
export class SdnaInvalidError extends BlendFileError {
  constructor(position: FilePosition, problem: string) {
    super(position, problem, { code: 'ERR_SDNA_INVALID' });
  }
}

/** The gzip or zstd data is broken; `offset` counts bytes of the compressed file where it says so, else of the content. */
export class BlendCompressionInvalidError extends BlendFileError {
  constructor(position: FilePosition, problem: string, cause?: unknown) {
    super(position, problem, { code: 'ERR_BLEND_COMPRESSION_INVALID', cause });
  }
}

/** There is more in a file, or was asked of it, than the limit that the caller set or that bounds the memory. */
export class BlendFileTooLargeError extends BlendFileError {
  readonly limit: number;

  /** @param unit Of the limit; default `bytes`. */
  constructor(position: FilePosition, what: string, limit: number, unit = 'bytes') {
    super(position, `${what} is more than ${limit} ${unit}`, { code: 'ERR_BLEND_FILE_TOO_LARGE' });
    this.limit = limit;
  }
}

/** A list or a tree of ID properties comes back to where it was, or is longer than the file has room for. */
export class BlendDataCyclicError extends BlendFileError {
  constructor(position: FilePosition, what: string) {
    super(position, `${what} does not end`, { code: 'ERR_BLEND_DATA_CYCLIC' });
  }
}

/** A directory, pipe or device where a file has to be. */
export class BlendFileKindError extends BlendFileError {
  constructor(file: string) {
    const problem = 'is a folder, pipe or device; a .blend file is needed';
    super({ file, offset: 0 }, problem, { code: 'ERR_BLEND_FILE_KIND', isOfFile: true });
  }
}

/** The struct has no such field in the version that wrote the file; `has` and `firstField` ask without an error. */
export class FieldMissingError extends WaybillError {
  readonly struct: string;
  readonly path: string;
  /** Where the struct is, if it is the file that is wrong, and not who asks. */
  readonly file: string | undefined;
  readonly offset: number | undefined;

  constructor(struct: string, path: string, position?: FilePosition) {
    const problem = `struct ${struct} has no field ${path}`;
    const message = position === undefined ? problem : `${position.file}: ${problem} (at byte ${position.offset})`;
    super(message, { code: 'ERR_FIELD_MISSING', retryable: false });
    this.struct = struct;
    this.path = path;
    this.file = position?.file;
    this.offset = position?.offset;
  }
}

/** The field is there, but is not what it was asked for as. */
export class FieldKindMismatchError extends WaybillError {
  readonly struct: string;
  readonly path: string;
  readonly expected: string;
  readonly actual: string;

  constructor(struct: string, path: string, expected: string, actual: string) {
    const message = `field ${path} of struct ${struct} is ${actual}, not ${expected}`;
    super(message, { code: 'ERR_FIELD_KIND_MISMATCH', retryable: false });
    this.struct = struct;
    this.path = path;
    this.expected = expected;
    this.actual = actual;
  }
}

/** A new value does not fit the field. It is never cut. */
export class FieldValueTooLongError extends WaybillError {
  readonly struct: string;
  readonly path: string;
  readonly neededBytes: number;
  readonly fieldBytes: number;

  constructor(struct: string, path: string, neededBytes: number, fieldBytes: number) {
    const message = `field ${path} of struct ${struct} holds ${fieldBytes} bytes, the value needs ${neededBytes}`;
    super(message, { code: 'ERR_FIELD_VALUE_TOO_LONG', retryable: false });
    this.struct = struct;
    this.path = path;
    this.neededBytes = neededBytes;
    this.fieldBytes = fieldBytes;
  }
}

/** Two edits of one file want different bytes in one place. */
export class BlendEditConflictError extends BlendFileError {
  constructor(position: FilePosition) {
    super(position, 'two edits overlap', { code: 'ERR_BLEND_EDIT_CONFLICT' });
  }
}
