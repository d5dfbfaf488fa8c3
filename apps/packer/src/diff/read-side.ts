import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import { assertLocal } from '../verify/assert-local.ts';
import { readManifest } from '../verify/read-manifest.ts';
import { unpackZip } from '../verify/unpack-zip.ts';
import { PackInvalidError } from '../verify/verify-errors.ts';
import { blendSide } from './blend-side.ts';
import type { Side } from './compare-sides.ts';

/** Reads what is to be compared. Throws PackInvalidError, what tracing throws, system errors. */
export async function readSide(path: string, options: AbortOptions): Promise<Side> {
  assertLocal(path);
  if ((await stat(path)).isDirectory()) return await packSide(path, path, options);
  if (extname(path).toLowerCase() !== '.zip') return await blendSide(path, options);
  await using unpacked = await unpackZip(path, options);
  return await packSide(path, unpacked.folder, options);
}

async function packSide(pack: string, folder: string, options: AbortOptions): Promise<Side> {
  const manifest = await readManifest(folder, options);
  if (manifest === undefined) throw new PackInvalidError(pack, 'it has no manifest');
  const files = manifest.files.map(({ path, sizeBytes }): [string, string] => [path, `${sizeBytes} bytes`]);
  const contents = manifest.files.flatMap(({ path, sha256 }): [string, string][] =>
    sha256 === undefined ? [] : [[path, sha256]],
  );
  const leftOut = manifest.leftOut.map(({ file, datablock, via, path, reason }): [string, string] => [
    `${file} ${datablock} ${via} ${path}`,
    reason,
  ]);
  const parts = new Map([
    ['file', new Map(files)],
    ['content', new Map(contents)],
    ['left out', new Map(leftOut)],
  ] as const);
  return { kind: 'pack', parts };
}
