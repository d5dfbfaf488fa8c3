import { dirname } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import { toFilePath } from '../paths/file-path.ts';
import type { FilePath } from '../paths/file-path.ts';
import { statFile } from '../trace/file-identity.ts';
import type { AssetFile, Usage } from '../trace/usage.ts';
import { Placement } from './assign-places.ts';
import { findRewrites } from './find-rewrites.ts';
import type { PackPlan, PlannedFile } from './pack-plan.ts';
import { pathKey } from './path-key.ts';
import type { PlaceNames } from './place-bytes.ts';
import { compareText } from './place-unit.ts';
import { ProjectRootInvalidError } from './plan-errors.ts';
import { type Selection, type SelectOptions, selectUsages } from './select-usages.ts';

export interface PlanOptions extends AbortOptions, SelectOptions {
  /** Files below it keep their place relative to it. Default: the folder of the .blend file. */
  readonly project?: FilePath | string | undefined;
  /** What the target can have: its `names`. Default `utf8`: any target can have these. */
  readonly names?: PlaceNames | undefined;
}

/**
 * Plans a pack: what goes where, which paths have to be set anew, what is missing or left out. Nothing is written.
 * @param usages What `trace()` yields for the same file; read from first to last.
 * @throws ProjectRootInvalidError, AssetPathTooLongError; what `usages` throws; system errors; the signal's reason
 */
export async function plan(
  blend: FilePath | string,
  usages: AsyncIterable<Usage> | Iterable<Usage>,
  options: PlanOptions = {},
): Promise<PackPlan> {
  const source = toFilePath(blend);
  const project = options.project === undefined ? folderOf(source) : toFilePath(options.project);
  // Before the first usage is asked for: what was traced after this holds for this state of the file.
  const root = await statFile(source);
  const all: Usage[] = [];
  for await (const usage of usages) {
    options.signal?.throwIfAborted();
    all.push(usage);
  }
  const selection = selectUsages(source, all, options);
  const packed = [...selection.packed.values()].flat();
  const placement = new Placement(source, project, packed, options.names);
  if (placement.natural(source).isOutside) throw new ProjectRootInvalidError(source, project);
  const rewrites = findRewrites(selection, placement);
  const files = plannedFiles(root, selection, placement, rewrites);
  const { missing, leftOut, usageCount } = selection;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    blend: source,
    project,
    blendPlace: placement.placeOf(source),
    files,
    missing,
    leftOut,
    sizeBytes,
    usageCount,
  };
}

function folderOf(path: FilePath): FilePath {
  // Byte for byte: `dirname` cuts at separators only.
  return Buffer.from(dirname(path.toString('latin1')), 'latin1');
}

function plannedFiles(
  root: AssetFile,
  { packed }: Selection,
  placement: Placement,
  rewrites: ReturnType<typeof findRewrites>,
): PlannedFile[] {
  const files = new Map<string, PlannedFile>();
  const add = (file: AssetFile, kind: PlannedFile['kind']): void => {
    const key = pathKey(file.path);
    if (files.get(key)?.kind === 'blend') return;
    const { path, sizeBytes, identity } = file;
    const place = placement.placeOf(path);
    const isOutside = placement.natural(path).isOutside || placement.isMoved(path);
    files.set(key, { source: path, place, kind, sizeBytes, identity, isOutside, rewrites: rewrites.get(key) ?? [] });
  };
  add(root, 'blend');
  for (const { usage, files: found } of [...packed.values()].flat()) {
    for (const file of found) add(file, usage.kind === 'library' ? 'blend' : 'asset');
  }
  return [...files.values()].sort((a, b) => compareText(a.place, b.place));
}
