import { type BlockIndex, parseBlockCode } from '@waybill/blendfile';
import type { BlendScan } from './blend-scan.ts';

const LIBRARY = parseBlockCode('LI');

/** Which datablocks of which libraries a file links. */
export class LinkCollector {
  readonly #scan: BlendScan;
  /** Library block -> names of its datablocks, each with its two letters (latin1). */
  readonly #names = new Map<number, Set<string>>();
  #librariesBefore: Int32Array | undefined;

  constructor(scan: BlendScan) {
    this.#scan = scan;
  }

  get libraries(): ReadonlyMap<number, ReadonlySet<string>> {
    return this.#names;
  }

  /** A library, whether anything of it is linked or not. */
  addLibrary(block: number): void {
    this.add(block, []);
  }

  /** An `ID` block: it stands for a datablock of a library, and Blender writes it behind that. */
  async addPlaceholder(block: number): Promise<void> {
    const struct = this.#scan.file.dna.findStruct('ID');
    if (struct === undefined) return;
    const view = await this.#scan.view(block, 0, struct);
    const named = this.#scan.file.target(view, 'lib');
    const library = named >= 0 ? named : this.#libraryBefore(block);
    if (library >= 0) this.add(library, [Buffer.from(view.bytes('name')).toString('latin1')]);
  }

  /** @returns whether any of the names is new. */
  add(library: number, names: Iterable<string>): boolean {
    const known = this.#names.get(library) ?? new Set();
    const before = known.size;
    for (const name of names) known.add(name);
    this.#names.set(library, known);
    return known.size > before;
  }

  #libraryBefore(block: number): number {
    this.#librariesBefore ??= librariesBefore(this.#scan.file.blocks);
    return this.#librariesBefore[block] ?? -1;
  }
}

/** Of each block the last library before it, or -1: to look for it anew for each of many placeholders has no end. */
function librariesBefore(blocks: BlockIndex): Int32Array {
  const before = new Int32Array(blocks.length);
  for (let block = 0, library = -1; block < blocks.length; block += 1) {
    before[block] = library;
    if (blocks.codeWord(block) === LIBRARY) library = block;
  }
  return before;
}
