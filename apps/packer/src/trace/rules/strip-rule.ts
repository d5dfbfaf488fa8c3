import type { StructView } from '@waybill/blendfile';
import type { BlendScan } from '../blend-scan.ts';
import { namesLike, literally, THE_FILE } from '../file-search.ts';
import type { FoundAsset } from '../found-asset.ts';
import { joined } from '../made-paths.ts';
import { type PathText, readPathText } from '../path-text.ts';
import { viewNames } from '../view-names.ts';
import { hasFlag, numberOr } from './numbers.ts';
import { emitStripProxy } from './strip-proxy.ts';

/** `Strip.type`, which was `Sequence.type` */
const IMAGE = 0;
const MOVIE = 3;
const SOUND_IN_MEMORY = 4;
const SOUND = 5;
const HAS_PATH: ReadonlySet<number> = new Set([IMAGE, MOVIE, SOUND_IN_MEMORY, SOUND]);
/** `Strip.flag`: several views; `views_format`: a file for each. */
const USE_VIEWS = 1 << 29;
const INDIVIDUAL = 0;

/** What a strip shows: its files are named one by one, in a folder that they share. */
export async function stripRule(strip: StructView, scan: BlendScan): Promise<void> {
  // `Strip` was the name of what is `StripData` now, and `Sequence` that of what is `Strip`.
  if (!strip.has('seqbase')) return;
  const type = numberOr(strip, 'type', -1);
  const data = HAS_PATH.has(type) ? await scan.follow(strip, strip.has('data') ? 'data' : 'strip') : undefined;
  if (data === undefined) return;
  const folder = await readPathText(data, ['dirpath', 'dir'], scan, 'directory');
  // A sound that is a datablock of its own has its path there.
  const isElsewhere = (type === SOUND || type === SOUND_IN_MEMORY) && scan.isSet(strip, 'sound');
  if (isElsewhere) return;
  if (type === IMAGE) await emitImages(strip, data, folder, scan);
  else await emitFile(strip, data, folder, scan);
  if (scan.proxies) await emitStripProxy(strip, data, folder, scan);
}

async function emitImages(
  strip: StructView,
  data: StructView,
  folder: PathText | undefined,
  scan: BlendScan,
): Promise<void> {
  const names = new Set<string>();
  for await (const element of scan.elements(data, 'stripdata')) {
    const text = await readPathText(element, ['filename', 'name'], scan, 'name');
    const name = text?.stored.toString('latin1');
    if (name !== undefined) for (const each of await namesOfViews(strip, name, scan)) names.add(each);
  }
  if (names.size === 0) return;
  const search = { in: 'names', names: Array.from(names, (name) => Buffer.from(name, 'latin1')) } as const;
  await scan.emit(strip, {
    via: 'StripElem.filename',
    fields: folder === undefined ? [] : [{ ...folder.field, role: 'path' }],
    stored: folder?.stored ?? Buffer.from('//'),
    asset: { kind: 'directory', search },
  });
}

async function emitFile(
  strip: StructView,
  data: StructView,
  folder: PathText | undefined,
  scan: BlendScan,
): Promise<void> {
  const element = await scan.follow(data, 'stripdata');
  const text = element && (await readPathText(element, ['filename', 'name'], scan, 'name'));
  if (text === undefined) return;
  const views = await namesOfViews(strip, text.stored.toString('latin1'), scan);
  await scan.emit(strip, {
    via: 'StripElem.filename',
    fields: folder === undefined ? [{ ...text.field, role: 'path' }] : [folder.field, text.field],
    stored: joined(folder?.stored, text.stored),
    asset: views.length > 1 ? namedViews(views) : { kind: 'file', search: THE_FILE },
  });
}

function namedViews(views: readonly string[]): FoundAsset {
  const required = views.map((name) => Buffer.from(name, 'latin1'));
  return { kind: 'sequence', search: { in: 'siblings', expression: namesLike(views.map(literally)), required } };
}

/** The name, or those of all views. */
async function namesOfViews(strip: StructView, name: string, scan: BlendScan): Promise<string[]> {
  if (!hasFlag(strip, 'flag', USE_VIEWS) || numberOr(strip, 'views_format', 1) !== INDIVIDUAL) return [name];
  const views = viewNames(name, await scan.viewSuffixes());
  return views.length === 0 ? [name] : views;
}
