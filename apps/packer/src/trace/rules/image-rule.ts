import type { StructView } from '@waybill/blendfile';
import { storedName } from '../../paths/stored-name.ts';
import type { BlendScan } from '../blend-scan.ts';
import { literally, namesLike, THE_FILE } from '../file-search.ts';
import type { FoundAsset } from '../found-asset.ts';
import { framePattern } from '../frame-pattern.ts';
import { type PathText, readPathText } from '../path-text.ts';
import { tilePattern } from '../tile-pattern.ts';
import { viewNames } from '../view-names.ts';
import { hasFlag, numberOr } from './numbers.ts';

/** `Image.source` */
const FILE = 1;
const SEQUENCE = 2;
const GENERATED = 4;
const VIEWER = 5;
const TILED = 6;
/** `Image.flag`: several views. */
const USE_VIEWS = 1 << 14;
/** `Image.views_format`: a file for each view. */
const INDIVIDUAL = 0;
/** `ImageTile.gen_flag`: filled with a colour, there is no file. */
const GENERATED_TILE = 1 << 1;

const BY_NAME: FoundAsset = { kind: 'file', search: THE_FILE };

/** Single images, movies, sequences and tiles; of each view, where an image has several. */
export async function imageRule(view: StructView, scan: BlendScan): Promise<void> {
  const source = numberOr(view, 'source', FILE);
  const text = await readPathText(view, ['filepath', 'name'], scan);
  if (text === undefined || source === GENERATED || source === VIEWER) return;
  const isPacked = scan.isSet(view, 'packedfile') || scan.isSet(view, 'packedfiles.first');
  const hasViews = hasFlag(view, 'flag', USE_VIEWS) && numberOr(view, 'views_format', INDIVIDUAL) === INDIVIDUAL;
  const views = hasViews ? viewNames(storedName(text.stored), await scan.viewSuffixes()) : [];
  const asset = source === TILED ? await tiledAsset(view, text, scan) : namedAsset(text, source, views);
  await scan.emit(view, {
    via: 'Image.filepath',
    fields: [text.field],
    stored: text.stored,
    asset: { ...asset, isPacked },
  });
  if (hasViews && !isPacked) await emitViews(view, source, scan);
}

function namedAsset({ stored }: PathText, source: number, views: readonly string[]): FoundAsset {
  const names = views.length > 0 ? views : [storedName(stored)];
  const patterns = source === SEQUENCE ? names.map((name) => framePattern(name, 'last')) : [];
  const known = patterns.filter((pattern) => pattern !== undefined);
  if (known.length > 0) return { kind: 'sequence', search: { in: 'siblings', expression: namesLike(known) } };
  if (views.length === 0) return BY_NAME;
  const required = views.map((name) => Buffer.from(name, 'latin1'));
  return { kind: 'sequence', search: { in: 'siblings', expression: namesLike(views.map(literally)), required } };
}

async function tiledAsset(view: StructView, { stored }: PathText, scan: BlendScan): Promise<FoundAsset> {
  const pattern = tilePattern(storedName(stored));
  if (pattern === undefined) return BY_NAME;
  const required: Buffer[] = [];
  for await (const tile of scan.list(view, 'tiles')) {
    if (hasFlag(tile, 'gen_flag', GENERATED_TILE)) continue;
    required.push(Buffer.from(pattern.nameOf(numberOr(tile, 'tile_number', 1001)), 'latin1'));
  }
  return { kind: 'tiles', search: { in: 'siblings', expression: namesLike([pattern.expression]), required } };
}

/** Blender makes these paths anew when it loads the image; until then it uses them. */
async function emitViews(view: StructView, source: number, scan: BlendScan): Promise<void> {
  for await (const each of scan.list(view, 'views')) {
    const text = await readPathText(each, ['filepath'], scan);
    if (text === undefined) continue;
    const asset = { ...namedAsset(text, source, []), isOptional: true };
    await scan.emit(each, { via: 'ImageView.filepath', fields: [text.field], stored: text.stored, asset });
  }
}
