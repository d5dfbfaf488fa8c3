import { literally } from './file-search.ts';

/** The names of tiles. */
export interface TilePattern {
  /** Of all tiles, as an expression. */
  readonly expression: string;
  /** Of one tile, by its number (1001, …). */
  nameOf(tile: number): string;
}

const UDIM = '<UDIM>';
const UVTILE = '<UVTILE>';

/**
 * What the name of a tiled image stands for. Files from before Blender 3.0 have no mark in it, but the number of the first tile;
 * `undefined` where there is neither.
 */
export function tilePattern(name: string): TilePattern | undefined {
  if (name.includes(UDIM)) return marked(name, UDIM, '(?:1[0-9]{3}|2000)', String);
  if (name.includes(UVTILE)) return marked(name, UVTILE, 'u(?:[1-9]|10)_v[1-9][0-9]{0,2}', uvOf);
  const at = name.search(/(?<!\d)1\d{3}(?!\d)(?=\D*$)/);
  return at < 0 ? undefined : marked(`${name.slice(0, at)}${UDIM}${name.slice(at + 4)}`, UDIM, '1[0-9]{3}', String);
}

/** Blender replaces the first mark. */
function marked(name: string, mark: string, number: string, textOf: (tile: number) => string): TilePattern {
  const at = name.indexOf(mark);
  const head = name.slice(0, at);
  const tail = name.slice(at + mark.length);
  return {
    expression: literally(head) + number + literally(tail),
    nameOf: (tile) => head + textOf(tile) + tail,
  };
}

/** Tiles are counted in rows of ten, from the lower left. */
function uvOf(tile: number): string {
  const index = tile - 1001;
  return `u${(index % 10) + 1}_v${Math.floor(index / 10) + 1}`;
}
