import { resolve } from 'node:path';
import { type DnaField, type DnaStruct, openBlendFile } from '@waybill/blendfile';
import { expect, it } from 'vitest';
import { BACK_POINTERS } from '../../src/trace/back-pointers.ts';
import { PATH_TABLE } from '../../src/trace/rules/path-table.ts';
import { RULES } from '../../src/trace/rules/rules.ts';
import { NO_ASSETS, RULED_FIELDS } from './support/decided-fields.ts';

const fixtures = resolve(import.meta.dirname, '../../../../packages/blendfile/test/fixtures');
const VERSIONS = ['3.4', '4.5', '5.0'];

const isPathLike = ({ type, pointerDepth, length, path }: DnaField): boolean => {
  if (type !== 'char') return false;
  const isNamedSo = /path|file|dir|lib|url/i.test(path);
  return pointerDepth === 0 ? length >= 240 || (isNamedSo && length >= 128) : pointerDepth === 1 && isNamedSo;
};

const structsOf = async (version: string): Promise<DnaStruct[]> => {
  await using file = await openBlendFile(resolve(fixtures, `scene-${version}.blend`));
  return [...file.dna.structs()];
};

const traced = new Set([
  ...RULED_FIELDS,
  ...PATH_TABLE.flatMap(({ struct, fields }) => fields.map((field) => `${struct}.${field}`)),
]);
const noAssets = new Set(NO_ASSETS.flatMap(([struct, fields]) => fields.map((field) => `${struct}.${field}`)));

it.each(VERSIONS)('every field of Blender %s that may be a path is traced, or said to be no asset', async (version) => {
  const found: string[] = [];
  for (const struct of await structsOf(version)) {
    for (const field of struct.fields) if (isPathLike(field)) found.push(`${struct.name}.${field.path}`);
  }
  expect(found.length).toBeGreaterThan(60);
  expect(found.filter((field) => !traced.has(field) && !noAssets.has(field))).toEqual([]);
});

it('no field is both', () => {
  expect([...traced].filter((field) => noAssets.has(field))).toEqual([]);
});

it('every struct that is traced has a rule', () => {
  // These are read with the struct that leads to them, or embeds them.
  const withOthers = ['ImageView', 'Library', 'StripElem', 'StripProxy', 'MovieClipProxy'];
  const structs = new Set([...traced].map((field) => field.split('.', 1)[0] ?? ''));
  expect([...structs].filter((struct) => !RULES.has(struct) && !withOthers.includes(struct))).toEqual([]);
});

it('every back pointer stands in some version, or is said to be older', async () => {
  const older = new Set([
    'CollectionParent.collection',
    'Library.parent',
    'Object.proxy_from',
    'Sequence.tmp',
    'ParticleSystem.orig_psys',
  ]);
  const all = (await Promise.all(VERSIONS.map(structsOf))).flat();
  const fields = new Set(all.flatMap((struct) => struct.fields.map(({ path }) => `${struct.name}.${path}`)));
  const unknown = BACK_POINTERS.map(({ struct, field }) => `${struct}.${field}`).filter((each) => !fields.has(each));
  expect(unknown.filter((each) => !older.has(each))).toEqual([]);
});
