import type { StructView } from '@waybill/blendfile';
import type { BlendScan } from '../blend-scan.ts';
import { literally, namesLike } from '../file-search.ts';
import { CACHE_BESIDE_BLEND } from '../made-paths.ts';
import { readPathText } from '../path-text.ts';
import { hasFlag, numberOr } from './numbers.ts';

/** `PointCache.flag` */
const BAKED = 1 << 0;
const ON_DISK = 1 << 6;
const EXTERNAL = 1 << 9;
const IGNORE_LIBRARY = 1 << 11;
/** Of smoke and fluids, which keep their frames elsewhere. */
const FAKE = 1 << 12;

/**
 * Frames of particles, hair, cloth, soft bodies, dynamic paint, rigid bodies and old smoke:
 *
 *     blendcache_SHOT/43756265_000001_00.bphys   the name of the object in hexadecimal digits, frame, number of the cache
 *     blendcache_SHOT/NAME_000001_00.bphys       a cache with a name
 *     FOLDER/NAME_000001.bphys                   an external one; with a number, where one is set
 */
export async function pointCacheRule(cache: StructView, scan: BlendScan): Promise<void> {
  const isExternal = hasFlag(cache, 'flag', EXTERNAL);
  if ((!isExternal && !hasFlag(cache, 'flag', ON_DISK)) || hasFlag(cache, 'flag', FAKE)) return;
  const text = isExternal ? await readPathText(cache, ['path'], scan) : undefined;
  if (isExternal && text === undefined) return;
  const expression = namesLike([await frameNames(cache, isExternal, scan)]);
  await scan.emit(cache, {
    via: 'PointCache.path',
    fields: text === undefined ? [] : [text.field],
    stored: text?.stored ?? CACHE_BESIDE_BLEND,
    fromRoot: hasFlag(cache, 'flag', IGNORE_LIBRARY),
    asset: {
      kind: 'cache',
      search: { in: 'folder', expression },
      isOptional: !isExternal && !hasFlag(cache, 'flag', BAKED),
    },
  });
}

async function frameNames(cache: StructView, isExternal: boolean, scan: BlendScan): Promise<string> {
  const given = cache.has('name') ? Buffer.from(cache.bytes('name')).toString('latin1') : '';
  const stem = given !== '' || isExternal ? literally(given) : await stemOfOwner(cache, scan);
  const index = numberOr(cache, 'index', -1);
  const number = index < 0 ? String.raw`\d{2,}` : String(index).padStart(2, '0');
  const suffix = isExternal && index < 0 ? '' : `_${number}`;
  return `${stem}${String.raw`_-?\d{5,}`}${suffix}${String.raw`\.(?:bphys|vdb)`}`;
}

/**
 * The bytes of a name in hexadecimal digits. Where `char` has a sign, Blender printed bytes above 7F as FFFFFF80 and so on. The
 * simulation of a scene goes by the name of whatever object it was baked with.
 */
async function stemOfOwner(cache: StructView, scan: BlendScan): Promise<string> {
  const { name, shown } = await scan.datablockOf(cache.block);
  if (shown.code !== 'OB') return '(?:[0-9A-F]{2})+';
  return Array.from(Buffer.from(name.slice(2), 'latin1'), (byte) => {
    const digits = byte.toString(16).toUpperCase().padStart(2, '0');
    return byte < 0x80 ? digits : `(?:FFFFFF)?${digits}`;
  }).join('');
}
