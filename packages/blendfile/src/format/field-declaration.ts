/** What a name in the SDNA says beside the name: `*next`, `**mat`, `loc[3]`, `mat[4][4]`, `(*poll)()`. */
export interface FieldDeclaration {
  readonly name: string;
  /** 0 for a value, 1 for `*`, 2 for `**`; a function pointer has 1. */
  readonly pointerDepth: number;
  /** Outermost first; empty for a single value. */
  readonly dimensions: readonly number[];
}

const DECLARATION = /^(\(?)(\**)([^[\]()*]*)\)?((?:\[[0-9]*\])*)/;

/** Never fails: what is no declaration becomes a name without dimensions, whose field nobody asks for. */
export function parseFieldDeclaration(text: string): FieldDeclaration {
  const [, , stars = '', name = text, brackets = ''] = DECLARATION.exec(text) ?? [];
  const dimensions = [...brackets.matchAll(/\[([0-9]*)\]/g)].map(([, digits]) => Number(digits));
  return { name, pointerDepth: stars.length, dimensions };
}
