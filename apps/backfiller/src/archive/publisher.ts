import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { FileExistsError, GroupWriter, writeFileAtomic } from '@waybill/common';
import type {
  AbortOptions,
  ContentSummary,
  DirectorySyncer,
  Durability,
  GroupWriteOptions,
  TempNamer,
} from '@waybill/common';
import type { Digest } from '@waybill/digest';
import { nameKindOf, parseChatName, tryParseSegmentName } from '@waybill/segments';
import type { SegmentName } from '@waybill/segments';
import type { Content, PublishOptions, PublishOutcome, SegmentAddress } from './archive.ts';
import { ArchiveNameInvalidError } from './archive-errors.ts';
import type { ArchivePaths } from './archive-paths.ts';
import { mediaTempName, otherTempName } from './temp-names.ts';

export interface PublisherInit {
  paths: ArchivePaths;
  durability: Durability;
  syncer: DirectorySyncer;
}

const NO_BYTES = new Uint8Array(0);

/** How a file comes to its name. */
interface Placing {
  readonly tempName: TempNamer;
  readonly exclusive?: boolean;
}

/** Puts verified content in place under its final name. */
export class Publisher {
  readonly #paths: ArchivePaths;
  readonly #durability: Durability;
  readonly #syncer: DirectorySyncer;
  readonly #group: GroupWriter;

  constructor({ paths, durability, syncer }: PublisherInit) {
    this.#paths = paths;
    this.#group = new GroupWriter({ durability, directorySyncer: syncer });
    this.#durability = durability;
    this.#syncer = syncer;
  }

  async segment(address: SegmentAddress, content: Content, options: PublishOptions = {}): Promise<PublishOutcome> {
    const { digest, tempName } = describe(address.name, options.parsedName);
    const target = this.#paths.segment(address);
    // A name that holds the digest may be renamed over: whatever raced us there was verified to be the same content.
    return this.#publish(
      target,
      content,
      { ...options, expectedDigest: options.expectedDigest ?? digest },
      { tempName, exclusive: digest === undefined },
    );
  }

  async tombstone(address: SegmentAddress, options: AbortOptions = {}): Promise<PublishOutcome> {
    if (nameKindOf(address.name) !== 'tombstone')
      throw new ArchiveNameInvalidError(address.name, 'the name of a tombstone');
    return this.#publish(this.#paths.segment(address), NO_BYTES, options, { tempName: otherTempName(address.name) });
  }

  async extra(
    directory: string,
    relativePath: string,
    content: Content,
    options: PublishOptions = {},
  ): Promise<PublishOutcome> {
    const target = this.#paths.extra(directory, relativePath);
    return this.#publish(target, content, options, { tempName: otherTempName(path.basename(target)), exclusive: true });
  }

  /** Nothing is published after this. */
  async close(): Promise<void> {
    await this.#group.close();
  }

  async #publish(target: string, content: Content, options: PublishOptions, placing: Placing): Promise<PublishOutcome> {
    options.signal?.throwIfAborted();
    try {
      const { sizeBytes } = await this.#write(target, content, writeOptions(options, placing));
      return { outcome: 'published', sizeBytes };
    } catch (error) {
      const found = error instanceof FileExistsError ? existing(target) : undefined;
      if (found !== undefined) return found;
      throw error;
    }
  }

  /** What is in memory comes in crowds, and is written in groups, which look by themselves whether it is there. */
  async #write(target: string, content: Content, options: GroupWriteOptions): Promise<ContentSummary> {
    if (content instanceof Uint8Array) return await this.#group.write(target, content, options);
    if (existsSync(target)) {
      await leave(content);
      throw new FileExistsError(target);
    }
    return await writeFileAtomic(target, content, {
      ...options,
      durability: this.#durability,
      directorySyncer: this.#syncer,
      createParents: true,
    });
  }
}

function writeOptions(
  { expectedDigest, expectedSizeBytes, signal }: PublishOptions,
  { tempName, exclusive = false }: Placing,
): GroupWriteOptions {
  return {
    tempName,
    exclusive,
    keepExisting: true,
    expected: { digest: expectedDigest, sizeBytes: expectedSizeBytes },
    signal,
  };
}

function describe(name: string, parsed: SegmentName | undefined): { digest: Digest | undefined; tempName: TempNamer } {
  if (parsed?.name === name && parsed.type !== 'temp')
    return { digest: parsed.digest ?? undefined, tempName: mediaTempName(name) };
  const kind = nameKindOf(name);
  if (kind === 'chat') return { digest: parseChatName(name).digest, tempName: otherTempName(name) };
  if (kind !== 'segment') throw new ArchiveNameInvalidError(name, 'the name of a segment or a chat batch');
  return { digest: tryParseSegmentName(name)?.digest ?? undefined, tempName: mediaTempName(name) };
}

function existing(target: string): PublishOutcome | undefined {
  const stat = statSync(target, { throwIfNoEntry: false });
  return stat === undefined ? undefined : { outcome: 'exists', sizeBytes: stat.size };
}

/** Tells a source that nobody reads it, so that its connection is let go. */
async function leave(content: Content): Promise<void> {
  if (content instanceof Uint8Array) return;
  await content[Symbol.asyncIterator]().return?.();
}
