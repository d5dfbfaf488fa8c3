import type { Usage, UsageField } from '../trace/usage.ts';

export interface PathLack {
  readonly neededBytes: number;
  /** Without the zero byte that ends it. */
  readonly roomBytes: number;
}

/** What has too little room for a new path, of the fields that hold it; undefined where all have enough. */
export function findPathLack({ fields }: Usage, newPath: Buffer): PathLack | undefined {
  const isSplit = fields.some(({ role }) => role === 'name') && fields.some(({ role }) => role === 'directory');
  for (const field of fields) {
    const neededBytes = isSplit ? partBytes(field, newPath) : newPath.length;
    const roomBytes = field.sizeBytes - 1;
    if (neededBytes > roomBytes) return { neededBytes, roomBytes };
  }
  return undefined;
}

/** A folder keeps the separator at its end. */
function partBytes({ role }: UsageField, path: Buffer): number {
  const nameAt = path.lastIndexOf(0x2f) + 1;
  if (role === 'directory') return nameAt;
  return role === 'name' ? path.length - nameAt : path.length;
}
