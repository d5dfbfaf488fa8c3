import { splitExtension } from './split-extension.ts';

const TOMBSTONE = '.tombstone';

/** The name of the empty file that hides `name`, and every other file of that base name, from listings. */
export function tombstoneName(name: string): string {
  return `${splitExtension(name)[0]}${TOMBSTONE}`;
}

/** True where the last extension is `.tombstone`. */
export function isTombstoneName(name: string): boolean {
  return tombstoneTarget(name) !== undefined;
}

/** The base name that a tombstone hides: a name without `.ts` or `.json`. Undefined where the name is no tombstone's. */
export function tombstoneTarget(name: string): string | undefined {
  const [base, extension] = splitExtension(name);
  return extension === TOMBSTONE ? base : undefined;
}

export interface HideTombstonedOptions {
  /** List the tombstones too, after the rest. Default false. */
  readonly includeTombstones?: boolean | undefined;
  /** List `.json` (chat) too. Default true. */
  readonly includeChat?: boolean | undefined;
}

/**
 * What a node shows of a directory: `.ts` and `.json` files, in the given order, that are not hidden and have no tombstone
 * of the same base name. Unlike wubloader, a tombstone whose own name is hidden is never listed (it still hides).
 * Linear in the number of names.
 */
export function hideTombstoned(names: readonly string[], options: HideTombstonedOptions = {}): string[] {
  const { includeTombstones = false, includeChat = true } = options;
  const shown: string[] = [];
  const tombstones: string[] = [];
  const buried = new Set<string>();
  for (const name of names) {
    const target = name.endsWith(TOMBSTONE) ? tombstoneTarget(name) : undefined;
    if (target !== undefined) {
      buried.add(target);
      tombstones.push(name);
    } else if (name.endsWith('.ts') || (includeChat && name.endsWith('.json'))) {
      shown.push(name);
    }
  }
  const visible = shown.filter((name) => isListed(name, buried));
  return includeTombstones ? visible.concat(tombstones.filter((name) => !name.startsWith('.'))) : visible;
}

function isListed(name: string, buried: ReadonlySet<string>): boolean {
  return !name.startsWith('.') && (buried.size === 0 || !buried.has(splitExtension(name)[0]));
}
