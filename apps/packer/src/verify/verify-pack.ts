import { stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import { assertLocal } from './assert-local.ts';
import { checkFiles, type BadFile } from './check-files.ts';
import { checkUsages } from './check-usages.ts';
import { readManifest } from './read-manifest.ts';
import { unpackZip } from './unpack-zip.ts';
import { PackInvalidError } from './verify-errors.ts';
import type { VerifyReport } from './verify-report.ts';

export interface VerifyOptions extends AbortOptions {
  /** Hash files whose SHA-256 the manifest has. Default false: lengths only. */
  readonly digests?: boolean | undefined;
}

/**
 * Reads a pack again and proves that every path in it leads to a file in it, or stands in the manifest's list of what was left
 * out on purpose.
 * @param pack A folder with a manifest, a ZIP, or the .blend file to open in a folder without one.
 * @throws PackInvalidError; what tracing throws; system errors; the signal's reason
 */
export async function verifyPack(pack: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  assertLocal(pack);
  const stats = await stat(pack);
  if (stats.isDirectory()) return await verifyFolder(pack, { pack, badFiles: [] }, options);
  if (extname(pack).toLowerCase() !== '.zip') {
    const folder = dirname(pack);
    return await verifyFolder(folder, { pack, badFiles: [], open: basename(pack) }, options);
  }
  await using unpacked = await unpackZip(pack, options);
  return await verifyFolder(unpacked.folder, { pack, badFiles: unpacked.badFiles }, { ...options, digests: false });
}

interface Known {
  readonly pack: string;
  readonly open?: string;
  /** Found while it was unpacked. */
  readonly badFiles: readonly BadFile[];
}

async function verifyFolder(folder: string, known: Known, options: VerifyOptions): Promise<VerifyReport> {
  const manifest = await readManifest(folder, options);
  const open = known.open ?? manifest?.open;
  if (open === undefined) throw new PackInvalidError(known.pack, 'it has no manifest; give the .blend file to open');
  const isOf = manifest?.open === open ? manifest : undefined;
  const badFiles = [...known.badFiles, ...(isOf === undefined ? [] : await checkFiles(folder, isOf, options))];
  const usages = await checkUsages(folder, open, isOf?.leftOut ?? [], options);
  return {
    version: 1,
    ...{ pack: known.pack, open, hasManifest: isOf !== undefined },
    ok: badFiles.length === 0 && usages.broken.length === 0,
    ...{ brokenUsages: usages.broken, badFiles },
    totals: { usages: usages.count, files: isOf?.files.length ?? usages.files, leftOut: usages.leftOut },
  };
}
