import { isHour, isSafeRelativePath, nameKindOf } from '@waybill/segments';
import { escapeName } from './escape-name.ts';
import type { RemoteListing } from './remote-node.ts';

/** `skip`: lawful, but not for us. `refuse`: what no listing of this kind should hold. */
type Choice = 'take' | 'skip' | 'refuse';

/** Enough to see in a log what a node does; the count tells how often. */
const MAX_SAMPLES = 5;

const CONTROL = /[\0\r\n]/;

/** What makes a name dangerous and not only unknown: it would lead out of its directory, or end a path or a log line early. */
const isUnsafe = (name: string, separators: 'none' | 'slash'): boolean => {
  if (CONTROL.test(name) || name.startsWith('/') || name.startsWith('\\')) return true;
  const components = name.split(/[/\\]/);
  return components.includes('..') || (separators === 'none' && components.length > 1);
};

/** As our own nodes list: sorted, and nothing twice. */
const isAscending = (names: readonly string[]): boolean =>
  names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name);

const accept = (
  names: readonly string[],
  separators: 'none' | 'slash',
  choose: (name: string) => Choice,
): RemoteListing => {
  const taken: string[] = [];
  const refusedSample: string[] = [];
  let refused = 0;
  let unsafe = 0;
  for (const name of names) {
    const choice = choose(name);
    if (choice === 'take') taken.push(name);
    if (choice !== 'refuse') continue;
    refused += 1;
    if (isUnsafe(name, separators)) unsafe += 1;
    if (refusedSample.length < MAX_SAMPLES) refusedSample.push(escapeName(name));
  }
  return { names: isAscending(taken) ? taken : [...new Set(taken)].sort(), refused, unsafe, refusedSample };
};

const chooseInHour = (name: string, contentKind: 'chat' | 'segment'): Choice => {
  const kind = nameKindOf(name);
  if (kind === 'temp') return 'skip';
  return kind === contentKind || kind === 'tombstone' ? 'take' : 'refuse';
};

/** Files that a program was still writing (`….temp`), which wubloader lists among extras (spec 1.2), and hidden ones. */
const isUnfinishedExtra = (path: string): boolean =>
  path.endsWith('.temp') || path.split('/').some((part) => /^\.[^.]/.test(part));

const chooseExtra = (path: string): Choice => {
  if (isSafeRelativePath(path)) return path.endsWith('.temp') ? 'skip' : 'take';
  return isUnfinishedExtra(path) && !isUnsafe(path, 'slash') ? 'skip' : 'refuse';
};

/** Hours of a quality. A stray directory is refused, no more (spec 2: it stops the original for ever). */
export const acceptHours = (names: readonly string[]): RemoteListing =>
  accept(names, 'none', (name) => (isHour(name) ? 'take' : 'refuse'));

/** Segments (in `chat`: chat batches) and tombstones of an hour; temp names are left out. */
export const acceptHourNames = (names: readonly string[], quality: string): RemoteListing => {
  const contentKind = quality === 'chat' ? 'chat' : 'segment';
  return accept(names, 'none', (name) => chooseInHour(name, contentKind));
};

/** Relative paths of extras; hidden and temp files are left out. */
export const acceptExtras = (paths: readonly string[]): RemoteListing => accept(paths, 'slash', chooseExtra);
