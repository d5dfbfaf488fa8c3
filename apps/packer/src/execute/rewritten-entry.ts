import { createHash } from 'node:crypto';
import type { AbortOptions } from '@waybill/common';
import { BlendEdits, rewriteBlendFile } from '@waybill/blendfile';
import type { DigestCache } from '../cache/digest-cache.ts';
import type { FilePath } from '../paths/file-path.ts';
import type { PlannedFile } from '../plan/pack-plan.ts';
import type { HashedFacts, OpenEntryOptions, PackEntry } from '../targets/pack-target.ts';
import { applyUsage } from '../trace/apply-usage.ts';
import { knownIndexes } from '../trace/known-indexes.ts';
import { openBlend } from '../trace/open-blend.ts';
import { computeDigest } from './compute-digest.ts';
import { SourceChangedError } from './read-source.ts';
import { statIdentity } from '../trace/file-identity.ts';

const PIECE_BYTES = 1024 * 1024;

export interface RewriteOptions {
  /** Compress what is not compressed. Default false: as it was. */
  readonly compress: boolean;
}

/** A .blend file with other paths in it. The same file and plan give the same bytes. */
export class RewrittenEntry implements PackEntry {
  readonly place: string;
  readonly source: FilePath;
  readonly sizeBytes = undefined;
  readonly #file: PlannedFile;
  readonly #cache: DigestCache;
  readonly #options: RewriteOptions;

  constructor(file: PlannedFile, cache: DigestCache, options: RewriteOptions) {
    this.place = file.place;
    this.source = file.source;
    this.#file = file;
    this.#cache = cache;
    this.#options = options;
  }

  async digest({ signal }: AbortOptions = {}): Promise<HashedFacts> {
    const { identity } = this.#file;
    const init = { key: `${identity}+${this.#editsKey()}`, identity, cache: this.#cache };
    return await computeDigest(init, () => this.open({ reuse: true, signal }));
  }

  async *open({ start = 0, reuse = false, signal }: OpenEntryOptions = {}): AsyncGenerator<
    Uint8Array,
    void,
    undefined
  > {
    const { source, rewrites, identity } = this.#file;
    await this.#assertUnchanged();
    await using file = await openBlend(source, { index: knownIndexes.get(identity), signal });
    const edits = new BlendEdits(file);
    const buffer = reuse ? Buffer.allocUnsafeSlow(PIECE_BYTES) : undefined;
    for (const { usage, newPath } of rewrites) await applyUsage(edits, file, usage, newPath);
    yield* skipped(rewriteBlendFile(file, edits, { ...this.#options, buffer, signal }), start);
    await this.#assertUnchanged();
  }

  async #assertUnchanged(): Promise<void> {
    const { source, identity } = this.#file;
    const actual = await statIdentity(source);
    if (actual !== identity) throw new SourceChangedError(source, identity, actual);
  }

  /** Tells what is changed from other changes of the same file. */
  #editsKey(): string {
    const hash = createHash('sha256').update(this.#options.compress ? 'compressed' : 'kept');
    for (const { usage, newPath } of this.#file.rewrites) {
      hash
        .update(JSON.stringify([usage.via, usage.fields, usage.stored.toString('latin1')]))
        .update('\0')
        .update(newPath)
        .update('\0');
    }
    return hash.digest('hex').slice(0, 32);
  }
}

async function* skipped(pieces: AsyncIterable<Uint8Array>, start: number): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  for await (const piece of pieces) {
    if (at + piece.length > start) yield piece.subarray(Math.max(0, start - at));
    at += piece.length;
  }
}
