import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { blobFile } from './check-storage.ts';
import type { Acknowledged } from './shaman-load.ts';

/** In how many storages a kill met at least one of these. */
export interface KillPhases {
  /** An upload's file that had been opened, and not written in full. */
  opened: number;
  /** One that had been written in full, or synced, and not renamed. */
  written: number;
  /** A file in place that nobody had been told of. */
  renamed: number;
  /** A checkout that was being built. */
  building: number;
  /** A checkout in place that nobody had been told of. */
  published: number;
  /** A collection under way. */
  collecting: number;
}

export function noPhases(): KillPhases {
  return { opened: 0, written: 0, renamed: 0, building: 0, published: 0, collecting: 0 };
}

export function countPhases(storage: string, { unanswered }: Acknowledged, phases: KillPhases): void {
  const uploads = uploadFiles(join(storage, 'file-store/uploading'));
  const met: Record<keyof KillPhases, boolean> = {
    opened: uploads.some(({ sizeBytes, declaredBytes }) => sizeBytes < declaredBytes),
    written: uploads.some(({ sizeBytes, declaredBytes }) => sizeBytes === declaredBytes),
    renamed: [...unanswered.files].some((file) => existsSync(blobFile(storage, file))),
    building: hasEntries(join(storage, 'jobs/.waybill/building')),
    published: [...unanswered.checkouts].some(({ path }) => existsSync(join(storage, 'jobs', path))),
    collecting: unanswered.collections > 0,
  };
  for (const phase of Object.keys(met) as (keyof KillPhases)[]) if (met[phase]) phases[phase] += 1;
}

function uploadFiles(folder: string): { sizeBytes: number; declaredBytes: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tmp'))
    .map(({ parentPath, name }) => ({
      sizeBytes: statSync(join(parentPath, name)).size,
      declaredBytes: Number.parseInt(name, 10),
    }));
}

function hasEntries(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
