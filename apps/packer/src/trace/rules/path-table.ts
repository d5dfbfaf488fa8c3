import type { StructView } from '@waybill/blendfile';
import { storedName } from '../../paths/stored-name.ts';
import type { BlendScan } from '../blend-scan.ts';
import { namesLike, THE_FILE } from '../file-search.ts';
import type { FoundAsset } from '../found-asset.ts';
import { framePattern, type FramePlace } from '../frame-pattern.ts';
import { hasFlag, numberOr } from './numbers.ts';
import type { PathField } from './path-rule.ts';

const FILE: FoundAsset = { kind: 'file', search: THE_FILE };
const OPTIONAL_FILE: FoundAsset = { ...FILE, isOptional: true };

/** Frames of all files in a folder whose names begin with one of these words: other files in it are somebody else's. */
const OCEAN_FRAMES = namesLike([String.raw`(?:disp|foam|normal|norm|spray|spray_inverse)_\d{4,}\.[a-z]+`]);
const OLD_FLUID_FRAMES = namesLike([String.raw`fluid(?:surface|cfgdata|sim|_).*`, String.raw`elbeem_.*`]);
/** What Mantaflow makes in its folder. */
const FLUID_FOLDERS = namesLike(['config', 'data', 'noise', 'mesh', 'particles', 'guiding', 'script']);
/** `FLUID_DOMAIN_BAKED_DATA`, `_NOISE`, `_MESH`, `_PARTICLES`, `_GUIDE` */
const FLUID_BAKED = (1 << 1) | (1 << 3) | (1 << 5) | (1 << 7) | (1 << 9);

/** Values of enumerations in the DNA, which are a part of the format. */
const EXTERNAL = 1;
const CUSTOM_CAMERA = 3;
const FLUID_DOMAIN = 2;
const SUBTYPE_FILE = 1;
const CLIP_SEQUENCE = 1;
const HIDDEN_LAYER = 1;
const BACK_BUFFER = 1;
const VOXELS_FROM_FILE = 2;

/**
 * Which fields of which structs are paths of assets. What needs more than the struct itself has rules of its own: images,
 * strips, point caches, bakes of geometry nodes, libraries.
 */
export const PATH_TABLE: readonly PathField[] = [
  { struct: 'VFont', fields: ['filepath', 'name'], asset: font },
  { struct: 'bSound', fields: ['filepath', 'name'], asset: packable(FILE) },
  // A text holds its lines, too: the file is a convenience, and nothing fails without it.
  { struct: 'Text', fields: ['filepath', 'name'], asset: () => OPTIONAL_FILE },
  { struct: 'Volume', fields: ['filepath'], asset: volume },
  { struct: 'CacheFile', fields: ['filepath'], asset: (view, stored) => cacheFile(view, stored) },
  { struct: 'CacheFileLayer', fields: ['filepath'], asset: cacheLayer },
  { struct: 'MovieClip', fields: ['filepath', 'name'], asset: clip },
  { struct: 'NodeShaderScript', fields: ['filepath'], asset: ifSet('mode', EXTERNAL) },
  { struct: 'NodeShaderTexIES', fields: ['filepath'], asset: ifSet('mode', EXTERNAL) },
  { struct: 'Camera', fields: ['custom_filepath'], asset: customCamera },
  { struct: 'bNodeSocketValueString', fields: ['value'], asset: ifSet('subtype', SUBTYPE_FILE) },
  { struct: 'MeshCacheModifierData', fields: ['filepath'], asset: () => FILE },
  { struct: 'CustomDataExternal', fields: ['filename'], asset: () => FILE },
  { struct: 'OceanModifierData', fields: ['cachepath'], asset: ocean },
  { struct: 'FluidDomainSettings', fields: ['cache_directory'], asset: fluid },
  { struct: 'FluidsimSettings', fields: ['surfdataPath'], asset: oldFluid },
  // Up to 2.79: voxel data of a texture, textures and effects in plug-ins, an image behind the render.
  { struct: 'VoxelData', fields: ['source_path'], asset: voxels },
  { struct: 'PluginTex', fields: ['name'], asset: () => OPTIONAL_FILE },
  { struct: 'PluginSeq', fields: ['name'], asset: () => OPTIONAL_FILE },
  { struct: 'Scene', fields: ['r.backbuf'], asset: backBuffer },
  // The picture on a button.
  { struct: 'Brush', fields: ['icon_filepath'], asset: () => OPTIONAL_FILE },
];

function packable(asset: FoundAsset): PathField['asset'] {
  return (view, _stored, scan) => ({ ...asset, isPacked: scan.isSet(view, 'packedfile') });
}

function ifSet(field: string, value: number): PathField['asset'] {
  return (view) => (numberOr(view, field, value) === value ? FILE : undefined);
}

function font(view: StructView, stored: Buffer, scan: BlendScan): FoundAsset | undefined {
  const isBuiltin = stored.toString('latin1') === '<builtin>';
  return isBuiltin ? undefined : { ...FILE, isPacked: scan.isSet(view, 'packedfile') };
}

/** All frames of a sequence; the file alone where its name has no number. */
function frames(stored: Buffer, place: FramePlace): FoundAsset {
  const pattern = framePattern(storedName(stored), place);
  return pattern === undefined
    ? FILE
    : { kind: 'sequence', search: { in: 'siblings', expression: namesLike([pattern]) } };
}

function volume(view: StructView, stored: Buffer, scan: BlendScan): FoundAsset {
  const asset = numberOr(view, 'is_sequence', 0) === 0 ? FILE : frames(stored, 'end');
  return { ...asset, isPacked: scan.isSet(view, 'packedfile') };
}

function cacheFile(view: StructView, stored: Buffer): FoundAsset {
  return numberOr(view, 'is_sequence', 0) === 0 ? FILE : frames(stored, 'end');
}

function cacheLayer(view: StructView): FoundAsset {
  return hasFlag(view, 'flag', HIDDEN_LAYER) ? OPTIONAL_FILE : FILE;
}

function clip(view: StructView, stored: Buffer): FoundAsset {
  return numberOr(view, 'source', 0) === CLIP_SEQUENCE ? frames(stored, 'last') : FILE;
}

function customCamera(view: StructView): FoundAsset | undefined {
  if (numberOr(view, 'custom_mode', 0) !== EXTERNAL) return undefined;
  return numberOr(view, 'type', 0) === CUSTOM_CAMERA ? FILE : OPTIONAL_FILE;
}

function ocean(view: StructView): FoundAsset | undefined {
  if (numberOr(view, 'cached', 0) === 0) return undefined;
  return { kind: 'cache', search: { in: 'folder', expression: OCEAN_FRAMES } };
}

function fluid(view: StructView): FoundAsset {
  const isOptional = !hasFlag(view, 'cache_flag', FLUID_BAKED);
  return { kind: 'cache', search: { in: 'tree', expression: FLUID_FOLDERS }, isOptional };
}

function oldFluid(view: StructView): FoundAsset | undefined {
  if (numberOr(view, 'type', FLUID_DOMAIN) !== FLUID_DOMAIN) return undefined;
  return { kind: 'cache', search: { in: 'folder', expression: OLD_FLUID_FRAMES }, isOptional: true };
}

function voxels(view: StructView): FoundAsset | undefined {
  return numberOr(view, 'file_format', 0) < VOXELS_FROM_FILE ? FILE : undefined;
}

function backBuffer(view: StructView): FoundAsset | undefined {
  return hasFlag(view, 'r.bufflag', BACK_BUFFER) ? OPTIONAL_FILE : undefined;
}
