/** Which keys belong together. */
export class UnionFind {
  readonly #parents = new Map<string, string>();

  find(key: string): string {
    let root = key;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root)) root = parent;
    for (let at = key; at !== root;) {
      const next = this.#parents.get(at) ?? root;
      this.#parents.set(at, root);
      at = next;
    }
    return root;
  }

  union(first: string, second: string): void {
    const root = this.find(first);
    const other = this.find(second);
    if (root !== other) this.#parents.set(other, root);
  }
}
