import type { StructView } from '@waybill/blendfile';
import type { BlendScan } from '../blend-scan.ts';
import { namesLike } from '../file-search.ts';
import { readPathText } from '../path-text.ts';
import { hasFlag } from './numbers.ts';

/** `NodesModifierBake.flag`: a folder of its own. */
const CUSTOM_FOLDER = 1 << 1;

/** What a bake consists of; `bdata` up to 4.0. */
const PARTS = ['meta', 'blobs', 'bdata'];

/** Bakes of simulations and other nodes: a folder of the modifier with one for each bake. */
export async function nodesModifierRule(modifier: StructView, scan: BlendScan): Promise<void> {
  const text = await readPathText(modifier, ['bake_directory', 'simulation_bake_directory'], scan);
  if (text === undefined) return;
  const folders = modifier.has('bakes') ? await bakesOnDisk(modifier, scan) : PARTS;
  if (folders.length === 0) return;
  await scan.emit(modifier, {
    via: 'NodesModifierData.bake_directory',
    fields: [text.field],
    stored: text.stored,
    asset: { kind: 'cache', search: { in: 'tree', expression: namesLike(folders) }, isOptional: true },
  });
}

/** The names of folders: the numbers of those bakes that lie neither in the .blend file nor elsewhere. */
async function bakesOnDisk(modifier: StructView, scan: BlendScan): Promise<string[]> {
  const names: string[] = [];
  for await (const bake of scan.elements(modifier, 'bakes')) {
    if (!scan.isSet(bake, 'packed') && !hasFlag(bake, 'flag', CUSTOM_FOLDER)) names.push(String(bake.number('id')));
  }
  return names;
}

/** A bake with a folder that somebody chose. */
export async function nodesBakeRule(bake: StructView, scan: BlendScan): Promise<void> {
  if (!hasFlag(bake, 'flag', CUSTOM_FOLDER) || scan.isSet(bake, 'packed')) return;
  const text = await readPathText(bake, ['directory'], scan);
  if (text === undefined) return;
  await scan.emit(bake, {
    via: 'NodesModifierBake.directory',
    fields: [text.field],
    stored: text.stored,
    asset: { kind: 'cache', search: { in: 'tree', expression: namesLike(PARTS) }, isOptional: true },
  });
}
