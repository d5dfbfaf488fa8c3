import { describe, expect, it } from 'vitest';
import { decodeSdna } from '../../src/index.ts';
import { nextField } from '../../src/format/next-field.ts';
import { encodeSdna } from '../../src/testing/index.ts';

const header = { formatVersion: 0, pointerBytes: 8, littleEndian: true, version: 304 } as const;
const structs = {
  Element: ['Element *next', 'Element *prev'],
  Inner: ['Element link', 'int x'],
  Outer: ['Inner inner', 'int y'],
  Number: ['int x', 'void *next'],
  Selves: ['Selves **selves'],
  Several: ['Several *several[2]'],
  Array: ['Element elements[2]'],
};
const dna = decodeSdna(encodeSdna(structs, header), header, { file: 'a', offset: 0 });
const nextOf = (name: string): string | undefined => nextField(dna.findStruct(name)!)?.path;

describe('nextField', () => {
  it('is the pointer that a struct begins with, on its own or in what it begins with', () => {
    expect([nextOf('Element'), nextOf('Inner'), nextOf('Outer')]).toEqual(['next', 'link.next', 'inner.link.next']);
  });

  it('is none where a struct begins with something else', () => {
    const names = ['Number', 'Selves', 'Several', 'Array'];
    expect(names.map(nextOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
