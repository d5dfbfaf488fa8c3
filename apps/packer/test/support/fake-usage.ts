import type { AssetFile, Usage, UsageField } from '../../src/trace/usage.ts';

export interface FakeUsage {
  holder?: string;
  stored: string;
  absolute: string;
  kind?: Usage['kind'];
  files?: readonly string[];
  isPacked?: boolean;
  isOptional?: boolean;
  name?: string;
  base?: string;
  /** Blender makes the path. */
  isFixed?: boolean;
  /** Of the field. */
  sizeBytes?: number;
}

export const ROOT = '/project/shot.blend';

/** A file as the tracer finds it. */
export function fakeFile(path: string, sizeBytes = 10): AssetFile {
  return { path: Buffer.from(path, 'latin1'), sizeBytes, identity: `1:${path.length}:${sizeBytes}:0:0` };
}

/** A usage without a file behind it. Paths are Latin-1, so that a test can say any byte. */
export function fakeUsage({ holder = ROOT, stored, absolute, sizeBytes = 1024, ...rest }: FakeUsage): Usage {
  const { kind = 'file', files = [absolute], isPacked = false, isOptional = false, name = 'IMimage' } = rest;
  const { base = holder, isFixed = false } = rest;
  const field: UsageField = { role: 'path', block: 1, bodyOffset: 0, struct: 'Image', path: 'name', sizeBytes };
  return {
    holder: Buffer.from(holder, 'latin1'),
    datablock: { code: name.slice(0, 2), name },
    via: 'Image.filepath',
    fields: isFixed ? [] : [field],
    nesting: [],
    base: Buffer.from(base, 'latin1'),
    stored: Buffer.from(stored, 'latin1'),
    kind,
    absolute: Buffer.from(absolute, 'latin1'),
    wasAbsolute: !stored.startsWith('//'),
    isPacked,
    isOptional,
    files: files.map((file) => fakeFile(file)),
  };
}
