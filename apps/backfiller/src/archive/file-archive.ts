import { DirectorySyncer } from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';
import type { Digest } from '@waybill/digest';
import { isHour } from '@waybill/segments';
import { Announcer } from './announcer.ts';
import type {
  Archive,
  Content,
  HourDigest,
  HourListing,
  ListHourOptions,
  OpenedContent,
  PublishedEvent,
  PublishOptions,
  PublishOutcome,
  QualityDigest,
  RootDigest,
  SegmentAddress,
} from './archive.ts';
import { ArchivePaths } from './archive-paths.ts';
import { ArchiveWatcher } from './archive-watcher.ts';
import type { ArchiveWatchOptions } from './archive-watcher.ts';
import { deleteHour } from './delete-hour.ts';
import type { DeletedHour } from './delete-hour.ts';
import { HourDigests } from './hour-digests.ts';
import { listExtras } from './list-extras.ts';
import { ListingCache } from './listing-cache.ts';
import { openContent } from './opened-content.ts';
import { Publisher } from './publisher.ts';
import { setAside } from './set-aside.ts';
import { Subdirectories } from './subdirectories.ts';
import { sweepArchive } from './sweep-archive.ts';

export interface FileArchiveInit {
  baseDirectory: string;
  /** Default `full`. */
  durability?: Durability | undefined;
  /** Tell listeners of segments that other processes rename in. Default false: publishing by this process is told always. */
  watch?: ArchiveWatchOptions | boolean | undefined;
  /** Remove temp files of our own that a crash left, in the background. Default true. */
  sweep?: boolean | undefined;
  /** Memory for the names of hours. Default 8 MiB. */
  listingCacheBytes?: number | undefined;
  /** Takes what fails in the background: a watch, a sweep, a listener. Nothing stops for it. */
  onError: (error: unknown) => void;
  /** Called when the sweep has ended, with the paths of what it removed. */
  onSwept?: ((removed: readonly string[]) => void) | undefined;
}

/** The archive on a file system, laid out as archive-paths.ts shows. */
export class FileArchive implements Archive {
  readonly baseDirectory: string;
  readonly #paths: ArchivePaths;
  readonly #listings: ListingCache;
  readonly #subdirectories: Subdirectories;
  readonly #digests: HourDigests;
  readonly #publisher: Publisher;
  readonly #announcer: Announcer;
  readonly #watcher: ArchiveWatcher | undefined;
  readonly #durability: Durability;
  readonly #syncer = new DirectorySyncer();
  readonly #closing = new AbortController();
  #sweeping: Promise<void> | undefined;

  constructor(init: FileArchiveInit) {
    const { durability = 'full', watch = false, onError } = init;
    this.#paths = new ArchivePaths(init.baseDirectory);
    this.baseDirectory = this.#paths.base;
    this.#durability = durability;
    this.#listings = new ListingCache({ maxBytes: init.listingCacheBytes });
    this.#subdirectories = new Subdirectories(this.#listings);
    this.#digests = new HourDigests({ paths: this.#paths, listings: this.#listings, archive: this });
    const writing = { durability, syncer: this.#syncer };
    this.#publisher = new Publisher({ paths: this.#paths, ...writing });
    this.#announcer = new Announcer(onError, watch !== false);
    if (watch !== false) this.#watcher = this.#createWatcher(watch === true ? {} : watch, onError);
  }

  /** Begins to watch and to sweep. Called by createFileArchive. */
  async start({ sweep = true, onError, onSwept }: FileArchiveInit): Promise<void> {
    if (sweep) this.#sweeping = this.#sweep(onSwept).catch(onError);
    await this.#watcher?.start();
  }

  async listChannels({ signal }: AbortOptions = {}): Promise<string[]> {
    signal?.throwIfAborted();
    return [...(await this.#subdirectories.list(this.#paths.base))];
  }

  async listQualities(channel: string, { signal }: AbortOptions = {}): Promise<string[]> {
    signal?.throwIfAborted();
    return [...(await this.#subdirectories.list(this.#paths.channel(channel)))];
  }

  async listHours(channel: string, quality: string, { signal }: AbortOptions = {}): Promise<string[]> {
    signal?.throwIfAborted();
    return (await this.#subdirectories.list(this.#paths.quality(channel, quality))).filter(isHour);
  }

  async listHour(
    channel: string,
    quality: string,
    hour: string,
    { signal, keep }: ListHourOptions = {},
  ): Promise<HourListing> {
    signal?.throwIfAborted();
    return this.#listings.list(this.#paths.hour(channel, quality, hour), { keep });
  }

  async hourDigest(channel: string, quality: string, hour: string, { signal }: AbortOptions = {}): Promise<HourDigest> {
    signal?.throwIfAborted();
    return this.#listings.summary(this.#paths.hour(channel, quality, hour));
  }

  open(address: SegmentAddress, options?: AbortOptions): Promise<OpenedContent | undefined> {
    return opened(() => this.#paths.segment(address), options);
  }

  async listExtras(directory: string, options?: AbortOptions): Promise<string[]> {
    return listExtras(this.#paths.extras(directory), options);
  }

  openExtra(directory: string, path: string, options?: AbortOptions): Promise<OpenedContent | undefined> {
    return opened(() => this.#paths.extra(directory, path), options);
  }

  openFile(path: string, options?: AbortOptions): Promise<OpenedContent | undefined> {
    return opened(() => this.#paths.file(path), options);
  }

  async rootDigest(options?: AbortOptions): Promise<RootDigest> {
    return this.#digests.root(options);
  }

  async qualityDigest(channel: string, quality: string, options?: AbortOptions): Promise<QualityDigest> {
    return this.#digests.quality(channel, quality, options);
  }

  async publishSegment(address: SegmentAddress, content: Content, options?: PublishOptions): Promise<PublishOutcome> {
    const outcome = await this.#publisher.segment(address, content, options);
    if (outcome.outcome === 'published') this.#announcer.announce(address);
    return outcome;
  }

  async publishTombstone(address: SegmentAddress, options?: AbortOptions): Promise<PublishOutcome> {
    return this.#publisher.tombstone(address, options);
  }

  async publishExtra(
    directory: string,
    path: string,
    content: Content,
    options?: PublishOptions,
  ): Promise<PublishOutcome> {
    return this.#publisher.extra(directory, path, content, options);
  }

  async setAside(address: SegmentAddress, actual: Digest, { signal }: AbortOptions = {}): Promise<string> {
    signal?.throwIfAborted();
    const name = await setAside(this.#paths.segment(address), actual, {
      durability: this.#durability,
      syncer: this.#syncer,
    });
    this.#announcer.forget(address);
    return name;
  }

  async deleteHour(channel: string, quality: string, hour: string, options?: AbortOptions): Promise<DeletedHour> {
    const directory = this.#paths.hour(channel, quality, hour);
    return deleteHour(directory, options);
  }

  onPublished(listener: (event: PublishedEvent) => void): () => void {
    return this.#announcer.listen(listener);
  }

  /** Resolves when the sweep is over, which `close` would cut short; sooner where the signal aborts. */
  async swept({ signal }: AbortOptions = {}): Promise<void> {
    const stop = (): void => this.#closing.abort();
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true, signal: this.#closing.signal });
    await this.#sweeping;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#watcher?.close(), this.#sweeping, this.#publisher.close()]);
    this.#announcer.clear();
  }

  #createWatcher(options: ArchiveWatchOptions, onError: (error: unknown) => void): ArchiveWatcher {
    return new ArchiveWatcher({
      ...options,
      paths: this.#paths,
      listChannels: async () => this.listChannels(),
      listQualities: async (channel) => this.listQualities(channel),
      listHours: async (channel, quality) => this.listHours(channel, quality),
      list: async (directory) => this.#listings.list(directory),
      onAppeared: (address) => this.#announcer.announce(address),
      onGone: (address) => this.#announcer.forget(address),
      onError,
    });
  }

  async #sweep(onSwept: FileArchiveInit['onSwept']): Promise<void> {
    const { signal } = this.#closing;
    try {
      const removed = await sweepArchive({ base: this.#paths.base, listings: this.#listings, signal });
      onSwept?.(removed);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** What throws in here rejects. */
function opened(pathOf: () => string, { signal }: AbortOptions = {}): Promise<OpenedContent | undefined> {
  return new Promise((resolve) => {
    signal?.throwIfAborted();
    resolve(openContent(pathOf()));
  });
}

/** Opens an archive; resolves when it is watched, if it is to be. The base directory need not be there yet. */
export async function createFileArchive(init: FileArchiveInit): Promise<FileArchive> {
  const archive = new FileArchive(init);
  await archive.start(init);
  return archive;
}
