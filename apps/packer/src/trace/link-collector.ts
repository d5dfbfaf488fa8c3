import type { BlendScan } from './blend-scan.ts';

/** Which datablocks of which libraries a file links. */
export class LinkCollector {
  readonly #scan: BlendScan;
  /** Library block -> names of its datablocks, each with its two letters (latin1). */
  readonly #names = new Map<number, Set<string>>();

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
    const { blocks } = this.#scan.file;
    for (let at = block - 1; at >= 0; at -= 1) if (blocks.code(at) === 'LI') return at;
    return -1;
  }
}
