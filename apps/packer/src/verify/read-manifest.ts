import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AbortOptions, isErrnoException } from '@waybill/common';
import { findPathProblem } from '@waybill/shaman-protocol';
import { withoutRawBytes } from '../plan/place-bytes.ts';
import { MANIFEST_PLACE } from '../plan/assign-places.ts';
import { type PackManifest, packManifestSchema } from '../report/pack-manifest.ts';
import { PackInvalidError } from './verify-errors.ts';

/** Of a folder. Undefined where there is none. Throws PackInvalidError; system errors. */
export async function readManifest(folder: string, { signal }: AbortOptions = {}): Promise<PackManifest | undefined> {
  try {
    return parseManifest(folder, await readFile(join(folder, MANIFEST_PLACE), { signal }));
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Throws PackInvalidError for what is no manifest, and for paths that lead out of the pack. */
export function parseManifest(pack: string, bytes: Uint8Array): PackManifest {
  const parsed = packManifestSchema.safeParse(parseJson(pack, bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PackInvalidError(pack, `${MANIFEST_PLACE}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  for (const path of [parsed.data.open, ...parsed.data.files.map((file) => file.path)]) {
    const problem = findPathProblem(withoutRawBytes(path));
    if (problem !== undefined)
      throw new PackInvalidError(pack, `${MANIFEST_PLACE}: ${JSON.stringify(path)}: ${problem}`);
  }
  return parsed.data;
}

function parseJson(pack: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new PackInvalidError(pack, `${MANIFEST_PLACE} is no JSON`, error);
  }
}
