import type { Durability } from '@waybill/common';
import type { PackTarget } from './pack-target.ts';
import { parseTarget } from './parse-target.ts';

export interface OpenTargetOptions {
  /** Folder and ZIP. Default `full`. */
  readonly durability?: Durability | undefined;
  /** Shaman: bearer token. Default: none; a v2 server is asked for one. */
  readonly token?: string | undefined;
}

/**
 * The target that a text names; see `parseTarget`. Nothing is connected to or written before it is used. Only what this kind of
 * target needs is loaded.
 * @throws UsageInvalidError, PackTargetInvalidError for a text that names no target
 */
export async function openTarget(text: string, options: OpenTargetOptions = {}): Promise<PackTarget> {
  const spec = parseTarget(text);
  switch (spec.kind) {
    case 'folder': {
      const { FolderTarget } = await import('./folder-target.ts');
      return new FolderTarget({ path: spec.path, ...options });
    }
    case 'zip': {
      const { ZipTarget } = await import('./zip-target.ts');
      return new ZipTarget({ path: spec.path, ...options });
    }
    case 's3': {
      const { S3Target } = await import('./s3/s3-target.ts');
      return new S3Target({ url: spec.url });
    }
    case 'shaman': {
      const { ShamanTarget } = await import('./shaman-target.ts');
      return new ShamanTarget({ url: spec.url, ...options });
    }
  }
}
