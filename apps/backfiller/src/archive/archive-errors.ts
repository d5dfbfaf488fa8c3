import { WaybillError } from '@waybill/common';

/** A name that is not one visible path component, so that it could lead out of the archive or into a hidden folder. */
export class PathComponentInvalidError extends WaybillError {
  readonly component: string;
  /** What the component was to be: `channel`, `quality`, `hour`, `name`, `directory`, `path`. */
  readonly role: string;

  constructor(role: string, component: string) {
    super(`${role} ${JSON.stringify(component.slice(0, 300))} is not a plain, visible name`, {
      code: 'ERR_PATH_COMPONENT_INVALID',
      retryable: false,
    });
    this.role = role;
    this.component = component;
  }
}

/** A name that is safe, but not one that this kind of file may have (a temp name, a foreign extension). */
export class ArchiveNameInvalidError extends WaybillError {
  readonly fileName: string;

  constructor(fileName: string, expected: string) {
    super(`${JSON.stringify(fileName.slice(0, 300))} is not ${expected}`, {
      code: 'ERR_ARCHIVE_NAME_INVALID',
      retryable: false,
    });
    this.fileName = fileName;
  }
}

/** A tree of extras that is too large to be listed at once; nothing of it is listed. */
export class ExtrasTooManyError extends WaybillError {
  readonly directory: string;
  readonly limit: number;

  constructor(directory: string, limit: number) {
    super(`extras in ${directory}: more than ${limit.toString()} entries`, {
      code: 'ERR_EXTRAS_TOO_MANY',
      retryable: false,
    });
    this.directory = directory;
    this.limit = limit;
  }
}

/** A file became shorter while it was read. */
export class ContentShrankError extends WaybillError {
  readonly path: string;
  readonly expectedBytes: number;
  readonly actualBytes: number;

  constructor(path: string, expectedBytes: number, actualBytes: number) {
    super(`${path} has ${actualBytes.toString()} bytes, ${expectedBytes.toString()} when it was opened`, {
      code: 'ERR_CONTENT_SHRANK',
      retryable: true,
    });
    this.path = path;
    this.expectedBytes = expectedBytes;
    this.actualBytes = actualBytes;
  }
}

/** A segment cannot be set aside: its content is what its name says, or no free name is left. */
export class SetAsideRefusedError extends WaybillError {
  constructor(name: string, reason: string) {
    super(`${name} is not set aside: ${reason}`, { code: 'ERR_SET_ASIDE_REFUSED', retryable: false });
  }
}
