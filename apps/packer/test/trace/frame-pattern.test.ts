import { expect, it } from 'vitest';
import { namesLike } from '../../src/trace/file-search.ts';
import { type FramePlace, framePattern } from '../../src/trace/frame-pattern.ts';
import { tilePattern } from '../../src/trace/tile-pattern.ts';
import { viewNames } from '../../src/trace/view-names.ts';

const matching = (pattern: string | undefined, names: readonly string[]): string[] =>
  names.filter((name) => pattern !== undefined && new RegExp(namesLike([pattern])).test(name));

it.each<[string, FramePlace, string[], string[]]>([
  [
    'fire_01.png',
    'last',
    ['fire_01.png', 'fire_99.png', 'fire_100.png', 'fire_-01.png'],
    ['fire_1.png', 'fire_001.png', 'Fire_01.png', 'fire_01.jpg', 'fire_0a.png', 'campfire_01.png'],
  ],
  [
    'v2_shot_0009_beauty.png',
    'last',
    ['v2_shot_0010_beauty.png'],
    ['v3_shot_0009_beauty.png', 'v2_shot_0009_matte.png'],
  ],
  ['fire_0001_part9.png', 'last', ['fire_0001_part10.png'], ['fire_0002_part9.png']],
  ['take*[1]_0001.exr', 'last', ['take*[1]_0002.exr'], ['taken1_0002.exr']],
  ['0001', 'last', ['0002'], ['0002.png', 'x0002']],
  ['smoke_0001.vdb', 'end', ['smoke_0002.vdb'], ['smoke_0001_old.vdb']],
  ['gr\xfcn1.png', 'last', ['gr\xfcn2.png'], ['gr\xc3\xbcn2.png']],
])('%s (%s) stands for its frames and no others', (name, place, frames, others) => {
  expect(matching(framePattern(name, place), [name, ...frames, ...others])).toEqual([name, ...frames]);
});

it.each<[string, FramePlace]>([
  ['plain.png', 'last'],
  ['movie.mp4', 'last'],
  ['smoke_0001_old.vdb', 'end'],
  ['', 'last'],
])('%s (%s) is no sequence', (name, place) => {
  expect(framePattern(name, place)).toBeUndefined();
});

it.each<[string, string[], string[], number, string]>([
  [
    'skin.<UDIM>.png',
    ['skin.1001.png', 'skin.1999.png', 'skin.2000.png'],
    ['skin.0999.png', 'skin.10011.png', 'skin.<UDIM>.png'],
    1011,
    'skin.1011.png',
  ],
  ['w_<UVTILE>.png', ['w_u1_v1.png', 'w_u10_v12.png'], ['w_u1.png', 'w_1001.png', 'w_u11_v1.png'], 1012, 'w_u2_v2.png'],
  ['t*.<UDIM>.png', ['t*.1001.png'], ['tx.1001.png'], 1001, 't*.1001.png'],
  ['cube.1001.png', ['cube.1002.png'], ['cube.0002.png', 'cube.11002.png'], 1003, 'cube.1003.png'],
])('%s stands for its tiles and no others', (name, tiles, others, tile, tileName) => {
  const pattern = tilePattern(name);
  expect(matching(pattern?.expression, [...tiles, ...others])).toEqual(tiles);
  expect(pattern?.nameOf(tile)).toBe(tileName);
});

it('a name without mark and number stands for no tiles', () => {
  expect(tilePattern('skin.png')).toBeUndefined();
  expect(tilePattern('skin_12001.png')).toBeUndefined();
});

it('a view stands for all views', () => {
  expect(viewNames('room_L.png', ['_L', '_R'])).toEqual(['room_L.png', 'room_R.png']);
  expect(viewNames('room_R', ['_L', '_R'])).toEqual(['room_L', 'room_R']);
  expect(viewNames('room.png', ['_L', '_R'])).toEqual([]);
  expect(viewNames('room.png', ['', '_R'])).toEqual([]);
});
