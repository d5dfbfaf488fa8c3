import { createHash } from 'node:crypto';
import type { Dna } from '@waybill/blendfile';
import type { FilePath } from '../paths/file-path.ts';
import { AssetFinder } from './asset-finder.ts';
import { CapturedBodies } from './captured-bodies.ts';
import { isSettled, statFile } from './file-identity.ts';
import { knownIndexes } from './known-indexes.ts';
import { openBlend } from './open-blend.ts';
import { isReadByRules } from './rules/rules.ts';
import { scanBlend, type WantedDatablocks } from './scan-blend.ts';
import { namesOf } from './scan-libraries.ts';
import type { AssetFile, FoundUsage, TraceOptions, Usage } from './usage.ts';
import { UsageResolver } from './usage-resolver.ts';

/** Of what is found in a file: another one makes what caches hold worthless. */
const VERSION = 1;

/** A .blend file on the way, and what of it is wanted. */
interface TracedFile {
  readonly file: AssetFile;
  /** Undefined: everything. */
  readonly names: Set<string> | undefined;
  /** What was yielded before, of a library that is read again since more of it is wanted. */
  readonly yielded: Set<string>;
}

/** One trace: from one file through all libraries. */
export class Tracer {
  readonly #root: FilePath;
  readonly #options: TraceOptions;
  readonly #resolver: UsageResolver;
  readonly #traced = new Map<string, TracedFile>();
  readonly #waiting = new Set<TracedFile>();

  constructor(root: FilePath, options: TraceOptions) {
    this.#root = root;
    this.#options = options;
    this.#resolver = new UsageResolver(root, new AssetFinder());
  }

  async *run(): AsyncGenerator<Usage, void, undefined> {
    this.#options.signal?.throwIfAborted();
    const root = { file: await statFile(this.#root), names: undefined, yielded: new Set<string>() };
    this.#traced.set(keyOf(this.#root), root);
    this.#waiting.add(root);
    // A set shows what is added while it is gone through.
    for (const traced of this.#waiting) {
      this.#waiting.delete(traced);
      yield* this.#usagesOf(traced);
    }
  }

  async *#usagesOf(traced: TracedFile): AsyncGenerator<Usage, void, undefined> {
    for (const found of await this.#find(traced)) {
      this.#options.signal?.throwIfAborted();
      const usages = this.#resolver.resolve(found, traced.file.path);
      if (usages[0] !== undefined) this.#enqueue(usages[0], found);
      const key = foundKey(found);
      if (traced.yielded.has(key)) continue;
      traced.yielded.add(key);
      for (const usage of usages) {
        this.#tell(usage);
        yield usage;
      }
    }
  }

  #enqueue({ kind, files: [file] }: Usage, found: FoundUsage): void {
    if (kind !== 'library' || file === undefined) return;
    const key = keyOf(file.path);
    const known = this.#traced.get(key);
    if (known !== undefined && known.names === undefined) return;
    const traced = known ?? { file, names: new Set<string>(), yielded: new Set<string>() };
    const before = traced.names?.size ?? 0;
    for (const name of namesOf(found)) traced.names?.add(name);
    this.#traced.set(key, traced);
    if ((traced.names?.size ?? 0) > before) this.#waiting.add(traced);
  }

  #tell(usage: Usage): void {
    const { callbacks } = this.#options;
    callbacks?.assetFound?.(usage);
    const isMissing = usage.files.length === 0 && !usage.isPacked && !usage.isOptional;
    if (isMissing) callbacks?.missing?.(usage);
  }

  /** From the cache, or from the file. */
  async #find({ file, names, yielded }: TracedFile): Promise<readonly FoundUsage[]> {
    const { usageCache, proxies = false, callbacks } = this.#options;
    const wanted = names === undefined ? 'all' : new Set(names);
    const key = usageCache && cacheKey(file, wanted, proxies);
    const known = key === undefined ? undefined : usageCache?.get(key);
    if (known !== undefined) return known;
    if (yielded.size === 0) callbacks?.fileOpened?.(file.path);
    const readMs = Date.now();
    const found = await this.#scan(file, wanted);
    if (key !== undefined && isSettled(file.identity, readMs)) usageCache?.set(key, found);
    return found;
  }

  async #scan({ path, identity }: AssetFile, wanted: WantedDatablocks): Promise<FoundUsage[]> {
    const { signal, dnaCache, proxies } = this.#options;
    const captured = wanted === 'all' ? new CapturedBodies() : undefined;
    const visitor = captured && ((dna: Dna) => captured.visitor(dna, isReadByRules));
    await using file = await openBlend(path, { visitor, dnaCache, signal });
    const found = await scanBlend({ file, captured, proxies, signal }, wanted);
    knownIndexes.set(identity, file);
    return found;
  }
}

function keyOf(path: FilePath): string {
  return path.toString('latin1');
}

/** The same for one reference in one file, however often the file is read. */
function foundKey({ datablock, via, stored, fields, nesting, search }: FoundUsage): string {
  const [field] = fields;
  const place = field === undefined ? '' : `${field.block}:${field.bodyOffset}:${field.path}`;
  return JSON.stringify([via, datablock, nesting, place, stored.toString('latin1'), search]);
}

function cacheKey(file: AssetFile, wanted: WantedDatablocks, proxies: boolean): string {
  const names = wanted === 'all' ? 'all' : JSON.stringify([...wanted].sort());
  const hash = createHash('sha256').update(JSON.stringify([VERSION, keyOf(file.path), file.identity, proxies, names]));
  return hash.digest('hex');
}
