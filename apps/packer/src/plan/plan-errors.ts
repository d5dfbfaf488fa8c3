import { WaybillError } from '@waybill/common';
import { formatPath } from '../paths/format-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import type { Usage } from '../trace/usage.ts';

/** The file to pack does not lie below the project folder. */
export class ProjectRootInvalidError extends WaybillError {
  readonly blend: FilePath;
  readonly project: FilePath;

  constructor(blend: FilePath, project: FilePath) {
    super(`${formatPath(blend)} does not lie in the project folder ${formatPath(project)}`, {
      code: 'ERR_PROJECT_ROOT_INVALID',
      retryable: false,
    });
    this.blend = blend;
    this.project = project;
  }
}

/** Blender makes this path from the name of the .blend file, and no field says where it leads: its files cannot go elsewhere. */
export class AssetPathFixedError extends WaybillError {
  readonly usage: Usage;

  constructor(usage: Usage) {
    super(
      `the place of ${formatPath(usage.absolute)} follows from the name of ${formatPath(usage.base)}, and cannot be kept in a pack`,
      {
        code: 'ERR_ASSET_PATH_FIXED',
        retryable: false,
      },
    );
    this.usage = usage;
  }
}

/** A new path does not fit into its field, not even in the shortest place that there is for the file. Nothing was written. */
export class AssetPathTooLongError extends WaybillError {
  readonly usage: Usage;
  readonly newPath: Buffer;
  readonly neededBytes: number;
  readonly roomBytes: number;

  constructor(usage: Usage, newPath: Buffer, { neededBytes, roomBytes }: { neededBytes: number; roomBytes: number }) {
    const where = `${usage.via} of ${usage.datablock.name} in ${formatPath(usage.holder)}`;
    super(`${formatPath(newPath)} has ${neededBytes} bytes, and there is room for ${roomBytes} in ${where}`, {
      code: 'ERR_ASSET_PATH_TOO_LONG',
      retryable: false,
    });
    this.usage = usage;
    this.newPath = newPath;
    this.neededBytes = neededBytes;
    this.roomBytes = roomBytes;
  }
}
