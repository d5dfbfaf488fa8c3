import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type BlendFileSpec, type BlockSpec, buildBlendFile, type StructValues } from '@waybill/blendfile/testing';
import { trace } from '../../../src/trace/trace.ts';
import type { TraceOptions, Usage } from '../../../src/trace/usage.ts';

/** What the tests need of the structs of Blender 3.4 to 4.5. */
const STRUCTS = {
  ListBase: ['void *first', 'void *last'],
  ID: ['void *next', 'void *prev', 'ID *newid', 'Library *lib', 'char name[66]', 'short flag', 'int us'],
  PackedFile: ['int size', 'int seek', 'void *data'],
  Library: ['ID id', 'char name[1024]', 'char filepath[1024]', 'PackedFile *packedfile'],
  ImageTile: ['ImageTile *next', 'ImageTile *prev', 'int tile_number', 'char gen_flag', 'char _pad[3]'],
  ImageView: ['ImageView *next', 'ImageView *prev', 'char name[64]', 'char filepath[1024]'],
  Image: [
    ...['ID id', 'char name[1024]', 'PackedFile *packedfile', 'ListBase packedfiles', 'short source', 'short type'],
    ...['int flag', 'ListBase tiles', 'ListBase views', 'char views_format', 'char _pad[7]'],
  ],
  Text: ['ID id', 'char *name', 'int flags', 'int _pad'],
  VFont: ['ID id', 'char name[1024]', 'PackedFile *packedfile'],
  Volume: ['ID id', 'char filepath[1024]', 'PackedFile *packedfile', 'char is_sequence', 'char _pad[7]'],
  Material: ['ID id', 'bNodeTree *nodetree'],
  bNode: ['bNode *next', 'bNode *prev', 'ID *id', 'void *storage'],
  NodeShaderScript: ['int mode', 'int flag', 'char filepath[1024]'],
  bNodeTree: ['ID id', 'ID *owner_id', 'ListBase nodes'],
  Mesh: ['ID id', 'Key *key', 'Material **mat'],
  Key: ['ID id', 'ID *from'],
  Object: ['ID id', 'Object *parent', 'void *data', 'Material **mat', 'ListBase modifiers'],
  PointCache: ['PointCache *next', 'PointCache *prev', 'int flag', 'int index', 'char name[64]', 'char path[1024]'],
  FluidDomainSettings: ['int cache_flag', 'char cache_directory[1024]', 'int _pad'],
  NodesModifierPackedBake: ['int meta_files_num', 'int blob_files_num'],
  NodesModifierBake: ['int id', 'int flag', 'char *directory', 'NodesModifierPackedBake *packed'],
  NodesModifierData: ['char *simulation_bake_directory', 'int bakes_num', 'int _pad', 'NodesModifierBake *bakes'],
  StripElem: ['char name[256]'],
  StripProxy: ['char dir[768]', 'char file[256]', 'char storage', 'char _pad[7]'],
  Strip: ['Strip *next', 'Strip *prev', 'StripElem *stripdata', 'char dir[768]', 'StripProxy *proxy'],
  Sequence: [
    ...[
      'Sequence *next',
      'Sequence *prev',
      'char name[64]',
      'int flag',
      'int type',
      'Strip *strip',
      'ListBase seqbase',
    ],
    ...['void *sound', 'char views_format', 'char _pad[7]'],
  ],
  SceneRenderView: ['SceneRenderView *next', 'SceneRenderView *prev', 'char name[64]', 'char suffix[64]'],
  Scene: ['ID id', 'Object *camera'],
  IDPropertyUIData: ['char *description', 'int rna_subtype', 'char _pad[4]'],
  IDPropertyUIDataString: ['IDPropertyUIData base', 'char *default_value'],
  IDPropertyData: ['void *pointer', 'ListBase group', 'int val', 'int val2'],
  IDProperty: [
    ...['IDProperty *next', 'IDProperty *prev', 'char type', 'char subtype', 'short flag', 'char name[64]'],
    ...['int saved', 'IDPropertyData data', 'int len', 'int totallen', 'IDPropertyUIData *ui_data'],
  ],
} as const;

let last = 0x10_0000n;

/** An address that no other block has. */
export function address(): bigint {
  return (last += 0x1000n);
}

export function datablock(
  code: string,
  struct: string,
  name: string,
  values: StructValues = {},
): BlockSpec & { address: bigint } {
  return { code, struct, address: address(), values: { 'id.name': latin(`${code}${name}`), ...values } };
}

export function data(struct: string, values: StructValues | readonly StructValues[]): BlockSpec & { address: bigint } {
  return { code: 'DATA', struct, address: address(), values };
}

/** Bytes without a struct. */
export function raw(body: string | Uint8Array): BlockSpec & { address: bigint } {
  return { code: 'DATA', address: address(), body: typeof body === 'string' ? latin(`${body}\0`) : body };
}

export function latin(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export function image(name: string, path: string, values: StructValues = {}): BlockSpec & { address: bigint } {
  return datablock('IM', 'Image', name, { name: latin(path), source: 1, ...values });
}

/** A library, and placeholders of what is linked: `IMwood`. */
export function library(path: string, linked: readonly string[], values: StructValues = {}): BlockSpec[] {
  const block = datablock('LI', 'Library', 'lib', { name: latin(path), ...values });
  return [block, ...linked.map((name) => placeholder(name, block.address))];
}

export function placeholder(name: string, lib: bigint): BlockSpec & { address: bigint } {
  return { code: 'ID', struct: 'ID', address: address(), values: { name: latin(name), lib } };
}

export function blend(blocks: readonly BlockSpec[], header: BlendFileSpec['header'] = {}): Uint8Array {
  return buildBlendFile({ header, structs: STRUCTS, blocks });
}

export async function write(folder: string, name: string | Buffer, content: string | Uint8Array = 'x'): Promise<void> {
  const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
  await mkdir(dirname(join(folder, name.toString())), { recursive: true });
  await writeFile(path, content);
}

export async function traced(path: string, options?: TraceOptions): Promise<Usage[]> {
  return await Array.fromAsync(trace(path, options));
}

/** `IMwood textures/wood.png` for each, with the files relative to a folder. */
export function shown(usages: readonly Usage[], folder: string): string[] {
  return usages.map(({ datablock: { name }, stored, files, isPacked, isOptional }) => {
    const paths = files.map(({ path }) =>
      path
        .toString('latin1')
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    );
    const state = isPacked ? 'packed' : isOptional ? 'absent' : 'missing';
    return `${name} ${stored.toString('latin1')}: ${paths.length === 0 ? state : paths.join(' ')}`;
  });
}
