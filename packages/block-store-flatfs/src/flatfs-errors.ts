import { WaybillError } from '@waybill/common';

/** There is no flatfs store in the folder, nor in a folder `blocks` in it. */
export class FlatfsStoreMissingError extends WaybillError {
  readonly path: string;

  constructor(path: string, cause?: unknown) {
    super(`there is no flatfs store at ${path}`, { code: 'ERR_FLATFS_STORE_MISSING', retryable: false, cause });
    this.path = path;
  }
}

/** The file `SHARDING` names no way to find a block that is known here. */
export class FlatfsShardingInvalidError extends WaybillError {
  /** What the file says, its first 100 characters. */
  readonly text: string;

  constructor(text: string) {
    const shown = text.slice(0, 100);
    super(`unknown sharding of a flatfs store: ${JSON.stringify(shown)}`, {
      code: 'ERR_FLATFS_SHARDING_INVALID',
      retryable: false,
    });
    this.text = shown;
  }
}
