import { openBlendFile, type StructView } from '@waybill/blendfile';
import { formatPath } from '../paths/format-path.ts';
import { resolveStoredPath } from '../paths/resolve-stored-path.ts';
import type { BlendScan } from './blend-scan.ts';
import { NOTHING, THE_FILE } from './file-search.ts';
import { LIBRARY_PATH } from './library-path.ts';
import type { LinkCollector } from './link-collector.ts';
import { hasFlag } from './rules/numbers.ts';
import { type PathText, readPathText } from './path-text.ts';
import { readPackedFile } from './packed-file.ts';
import { scanBlend } from './scan-blend.ts';
import type { FoundUsage } from './usage.ts';

/** Each level is packed bytes within packed bytes. */
const MOST_LEVELS = 8;
/** Decompressed: what a packed library may grow to in memory and on disk. */
const MOST_CONTENT_BYTES = 4 * 1024 * 1024 * 1024;

interface KnownLibrary {
  readonly block: number;
  readonly view: StructView;
  readonly text: PathText;
  /** The block with its bytes, where it is packed; -1 otherwise. */
  readonly packedFile: number;
  /** It only says where datablocks came from that lie in this file (Blender 5.0 on). */
  readonly isArchive: boolean;
}

/** `Library.flag`: its datablocks are packed one by one. */
const IS_ARCHIVE = 1 << 0;

/** The libraries that are linked, and what those refer to that are packed. */
export async function scanLibraries(scan: BlendScan, links: LinkCollector): Promise<FoundUsage[]> {
  const libraries = await readLibraries(scan, links);
  const nested = scan.level < MOST_LEVELS ? await scanPacked(scan, links, libraries) : [];
  const found = scan.found.length;
  for (const library of libraries.values()) await emitLibrary(library, scan, links);
  return [...scan.found.splice(found), ...nested];
}

async function readLibraries(scan: BlendScan, links: LinkCollector): Promise<Map<number, KnownLibrary>> {
  const libraries = new Map<number, KnownLibrary>();
  for (const block of links.libraries.keys()) {
    if (scan.file.structOf(block)?.name !== 'Library') continue;
    const view = await scan.view(block);
    const text = await readPathText(view, LIBRARY_PATH, scan);
    if (text === undefined) continue;
    const packedFile = view.has('packedfile') ? scan.file.target(view, 'packedfile') : -1;
    const isArchive = view.has('archive_parent_library') && hasFlag(view, 'flag', IS_ARCHIVE);
    libraries.set(block, { block, view, text, packedFile, isArchive });
  }
  return libraries;
}

/** A library of which nothing is linked is no dependency: Blender does not open it. */
async function emitLibrary(library: KnownLibrary, scan: BlendScan, links: LinkCollector): Promise<void> {
  const { block, view, text, packedFile, isArchive } = library;
  const names = links.libraries.get(block);
  const isPacked = packedFile >= 0 || isArchive;
  if (!isPacked && (names === undefined || names.size === 0)) return;
  const asset = { kind: 'library', search: isPacked ? NOTHING : THE_FILE, isPacked } as const;
  const linked = Array.from(names ?? [], (name) => Buffer.from(name, 'latin1').toString('hex')).sort();
  await scan.emit(view, { via: 'Library.filepath', fields: [text.field], stored: text.stored, asset, linked });
}

/** Paths of packed libraries are compared as seen from here: they need not exist anywhere. */
const SOMEWHERE = Buffer.from(process.platform === 'win32' ? String.raw`W:\a\b\c\d\e\f.blend` : '/a/b/c/d/e/f.blend');

function virtualPath(stored: readonly Buffer[]): Buffer {
  return stored.reduce((holder, each) => resolveStoredPath(each, holder).absolute, SOMEWHERE);
}

/** Packed libraries link one another: what one needs of another is found when it is read, until nothing new comes up. */
async function scanPacked(
  scan: BlendScan,
  links: LinkCollector,
  libraries: ReadonlyMap<number, KnownLibrary>,
): Promise<FoundUsage[]> {
  const packed = [...libraries.values()].filter(({ packedFile }) => packedFile >= 0);
  const byPath = new Map(packed.map(({ block, text }) => [virtualPath([text.stored]).toString('latin1'), block]));
  const found = new Map<number, readonly FoundUsage[]>();
  const waiting = new Set(packed.map(({ block }) => block));
  for (const block of waiting) {
    waiting.delete(block);
    const library = libraries.get(block);
    const names = links.libraries.get(block) ?? new Set();
    if (library === undefined || names.size === 0) continue;
    const inner = (await scanInner(scan, library, names)).map((usage) => {
      const { kind, isPacked, relativeTo, stored } = usage;
      const isOther = kind === 'library' && !isPacked && typeof relativeTo !== 'string';
      const target = isOther ? byPath.get(virtualPath([...relativeTo, stored]).toString('latin1')) : undefined;
      if (target === undefined) return usage;
      if (links.add(target, namesOf(usage))) waiting.add(target);
      return { ...usage, isPacked: true, search: NOTHING, linked: [] };
    });
    found.set(block, inner);
  }
  return [...found.values()].flat();
}

/** The names of linked datablocks (latin1). */
export function namesOf({ linked = [] }: FoundUsage): string[] {
  return linked.map((name) => Buffer.from(name, 'hex').toString('latin1'));
}

async function scanInner(
  scan: BlendScan,
  { packedFile, text }: KnownLibrary,
  names: ReadonlySet<string>,
): Promise<FoundUsage[]> {
  const { file, options, proxies, level } = scan;
  const bytes = await readPackedFile(scan.file, packedFile, options);
  const name = `${file.name} > ${formatPath(text.stored)}`;
  await using inner = await openBlendFile(bytes, { name, maxContentBytes: MOST_CONTENT_BYTES, ...options });
  const found = await scanBlend({ file: inner, proxies, level: level + 1, ...options }, names);
  return found.map((usage) => ({
    ...usage,
    nesting: [packedFile, ...usage.nesting],
    relativeTo: relativeToInner(usage.relativeTo, text.stored),
  }));
}

function relativeToInner(relativeTo: FoundUsage['relativeTo'], library: Buffer): FoundUsage['relativeTo'] {
  if (relativeTo === 'root') return 'root';
  return relativeTo === 'holder' ? [library] : [library, ...relativeTo];
}
