import type { BlendHeader } from '../../src/index.ts';
import {
  type BlendFileSpec,
  buildBlendFile,
  encodeAddresses,
  type StructDeclarations,
} from '../../src/testing/index.ts';

const ID_PROPERTY = [
  ...['IDProperty *next', 'IDProperty *prev', 'char type', 'char subtype', 'short flag', 'char name[64]', 'int saved'],
  ...['IDPropertyData data', 'int len', 'int totallen'],
];

/** The structs of a small Blender of our own. */
export const smallStructs: StructDeclarations = {
  ListBase: ['void *first', 'void *last'],
  IDPropertyData: ['void *pointer', 'ListBase group', 'int val', 'int val2'],
  IDProperty: ID_PROPERTY,
  ID: ['void *next', 'void *prev', 'char name[66]', 'short flag', 'int us', 'IDProperty *properties'],
  Pair: ['int first', 'int second'],
  Slot: ['Slot *next', 'Slot *prev', 'char name[32]'],
  ModifierData: ['ModifierData *next', 'ModifierData *prev', 'int type', 'char name[64]'],
  BooleanModifierData: ['ModifierData modifier', 'Object *object'],
  Material: ['ID id', 'float color[4]'],
  Image: ['ID id', 'char filepath[64]', 'char *comment'],
  Object: [
    ...[
      'ID id',
      'float loc[3]',
      'float matrix[4][4]',
      'short flags[2]',
      'int64_t big',
      'double precise',
      'uchar tint[3]',
    ],
    ...[
      'char layer',
      'Object *parent',
      'Material **mat',
      'int totcol',
      'ListBase modifiers',
      'Slot slots[2]',
      'int (*poll)()',
    ],
  ],
};

export const CUBE = 0x1000n;
export const LAMP = 0x2000n;
const WOOD = 0x3000n;
const GLASS = 0x3100n;
const MATERIALS = 0x3200n;
const FIRST_MODIFIER = 0x4000n;
const SECOND_MODIFIER = 0x4100n;
const COMMENT = 0x5000n;

/** Two objects, two materials, an image; pointers, lists, arrays of pointers and bytes. */
export function smallScene(header: BlendHeader): Uint8Array {
  return buildBlendFile(smallSceneSpec(header));
}

export function smallSceneSpec(header: BlendHeader): BlendFileSpec {
  const cube = {
    ...{ 'id.name': 'OBCube', loc: [1, -2.5, 1e10], 'matrix[1]': [5, 6, 7, 8], flags: [-3, 4], big: -(2n ** 60n) },
    ...{ precise: 0.1, tint: [255, 0, 7], layer: -1, mat: MATERIALS, totcol: 3, 'slots[1].name': 'second' },
    ...{ 'modifiers.first': FIRST_MODIFIER, 'modifiers.last': SECOND_MODIFIER, parent: LAMP },
  };
  const boolean = { 'modifier.name': 'Boolean', 'modifier.type': 7, object: LAMP };
  return {
    header,
    structs: smallStructs,
    blocks: [
      { code: 'REND', address: 0x10n, body: new Uint8Array(8) },
      { code: 'OB', address: CUBE, struct: 'Object', values: cube },
      { code: 'DATA', address: MATERIALS, body: encodeAddresses([WOOD, 0n, GLASS], header) },
      {
        code: 'DATA',
        address: FIRST_MODIFIER,
        struct: 'ModifierData',
        values: { next: SECOND_MODIFIER, name: 'First' },
      },
      { code: 'DATA', address: SECOND_MODIFIER, struct: 'BooleanModifierData', values: boolean },
      { code: 'OB', address: LAMP, struct: 'Object', values: { 'id.name': 'OBLamp', parent: 0xdeadn } },
      { code: 'MA', address: WOOD, struct: 'Material', values: { 'id.name': 'MAWood', color: [0.5, 0, 0, 1] } },
      { code: 'MA', address: GLASS, struct: 'Material', values: { 'id.name': 'MAGlass' } },
      {
        code: 'IM',
        address: 0x6000n,
        struct: 'Image',
        values: { 'id.name': 'IMBricks', filepath: LATIN1_PATH, comment: COMMENT },
      },
      { code: 'DATA', address: COMMENT, body: Buffer.from('short\0\0\0') },
    ],
  };
}

/** `//bücher.png` in Latin-1: no UTF-8. */
export const LATIN1_PATH = Uint8Array.from([0x2f, 0x2f, 0x62, 0xfc, 0x63, 0x68, 0x65, 0x72, 0x2e, 0x70, 0x6e, 0x67]);
