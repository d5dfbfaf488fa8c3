import type { StructView } from '@waybill/blendfile';
import { splitStored } from '../../paths/stored-name.ts';
import type { BlendScan } from '../blend-scan.ts';
import { literally, namesLike, THE_FILE } from '../file-search.ts';
import { joined } from '../made-paths.ts';
import { type PathText, readPathText } from '../path-text.ts';
import { hasFlag, numberOr } from './numbers.ts';

/** `Strip.flag` */
const USE_PROXY = 1 << 15;
/** `StripProxy.storage` */
const CUSTOM_FILE = 1 << 1;
const CUSTOM_FOLDER = 1 << 2;
/** `MovieClip.flag` */
const CLIP_USES_PROXY = 1 << 0;
const CLIP_HAS_CUSTOM_FOLDER = 1 << 1;
const FOLDER = 'BL_proxy';

/** Smaller versions of what a strip shows. Blender makes them anew where they are absent. */
export async function emitStripProxy(
  strip: StructView,
  data: StructView,
  folder: PathText | undefined,
  scan: BlendScan,
): Promise<void> {
  const proxy = hasFlag(strip, 'flag', USE_PROXY) ? await scan.follow(data, 'proxy') : undefined;
  if (proxy === undefined) return;
  const own = await readPathText(proxy, ['dirpath', 'dir'], scan, 'directory');
  const file = await readPathText(proxy, ['filename', 'file'], scan, 'name');
  if (hasFlag(proxy, 'storage', CUSTOM_FILE) && own !== undefined && file !== undefined) {
    const stored = joined(own.stored, file.stored);
    const asset = { kind: 'file', search: THE_FILE, isOptional: true } as const;
    await scan.emit(strip, { via: 'StripProxy.filename', fields: [own.field, file.field], stored, asset });
    return;
  }
  const custom = hasFlag(proxy, 'storage', CUSTOM_FOLDER) ? own : undefined;
  const element = await scan.follow(data, 'stripdata');
  const name = element && (await readPathText(element, ['filename', 'name'], scan));
  await emitFolder(strip, { custom, beside: folder?.stored, names: ['images', name?.stored.toString('latin1')] }, scan);
}

/** The same of a clip. */
export async function clipProxyRule(clip: StructView, scan: BlendScan): Promise<void> {
  if (!scan.proxies || !hasFlag(clip, 'flag', CLIP_USES_PROXY)) return;
  const isCustom = hasFlag(clip, 'flag', CLIP_HAS_CUSTOM_FOLDER);
  const custom = isCustom ? await readPathText(clip, ['proxy.dir'], scan) : undefined;
  const text = await readPathText(clip, ['filepath', 'name'], scan);
  const { folder, name } = splitStored(text?.stored ?? Buffer.alloc(0));
  await emitFolder(clip, { custom, beside: Buffer.from(folder, 'latin1'), names: [name] }, scan);
}

/** `Editing.proxy_storage`: one folder for the strips of a scene. */
const IN_ONE_FOLDER = 1;

/** That folder, with all that is in it. */
export async function editingProxyRule(editing: StructView, scan: BlendScan): Promise<void> {
  if (!scan.proxies || numberOr(editing, 'proxy_storage', 0) !== IN_ONE_FOLDER) return;
  const text = await readPathText(editing, ['proxy_dir'], scan);
  await scan.emit(editing, {
    via: 'Editing.proxy_dir',
    fields: text === undefined ? [] : [text.field],
    stored: text?.stored ?? Buffer.from(`//${FOLDER}`),
    asset: { kind: 'directory', search: { in: 'tree', expression: '' }, isOptional: true },
  });
}

interface ProxyFolder {
  /** That somebody chose. */
  readonly custom: PathText | undefined;
  /** Otherwise there is one beside the asset. */
  readonly beside: Buffer | undefined;
  /** Of the folders in it. */
  readonly names: readonly (string | undefined)[];
}

async function emitFolder(view: StructView, { custom, beside, names }: ProxyFolder, scan: BlendScan): Promise<void> {
  const expression = namesLike(
    names.filter((name) => name !== undefined && name !== '').map((name = '') => literally(name)),
  );
  await scan.emit(view, {
    via: view.struct.name === 'MovieClip' ? 'MovieClipProxy.dir' : 'StripProxy.dirpath',
    fields: custom === undefined ? [] : [{ ...custom.field, role: 'path' }],
    stored: custom?.stored ?? joined(beside ?? Buffer.from('//'), Buffer.from(FOLDER)),
    asset: { kind: 'directory', search: { in: 'tree', expression }, isOptional: true },
  });
}
