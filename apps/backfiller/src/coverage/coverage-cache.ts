import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { AbortOptions } from '@waybill/common';
import type { Logger } from 'pino';
import { parseHour } from '@waybill/segments';
import type { Archive } from '../archive/archive.ts';
import { ArchivePaths } from '../archive/archive-paths.ts';
import { isSettled, readDirectoryState, sameState } from '../archive/directory-state.ts';
import type { RememberedHour } from './coverage-memory.ts';
import { readCoverageMemory, writeCoverageMemory } from './coverage-memory.ts';
import type { PairCoverage } from './pair-coverage.ts';
import { pairCoverageOf } from './pair-coverage.ts';
import { readHourCoverage } from './read-hour.ts';

export interface CoverageCacheInit {
  readonly archive: Pick<Archive, 'baseDirectory' | 'listHours'>;
  /** Where it is kept for the next process; undefined: nowhere. */
  readonly stateDirectory?: string | undefined;
  readonly log: Pick<Logger, 'warn'>;
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: (() => number) | undefined;
  /** Called for each hour directory that is read, with its path. */
  readonly onRead?: ((directory: string) => void) | undefined;
}

interface KnownPair {
  hours: Map<string, RememberedHour>;
  coverage: PairCoverage;
}

const HOUR_MICROS = 3_600_000_000;
/** Hours read in a row before others get their turn: about 10 ms of work. */
const HOURS_AT_ONCE = 8;

/**
 * The coverage of channels and qualities, kept hour by hour. A check costs a stat for each hour; an hour is read again
 * only where its directory changed, or a segment of the hour before that reaches into it.
 */
export class CoverageCache {
  readonly #init: CoverageCacheInit;
  readonly #paths: ArchivePaths;
  readonly #now: () => number;
  readonly #pairs = new Map<string, KnownPair>();
  readonly #running = new Map<string, Promise<PairCoverage>>();

  constructor(init: CoverageCacheInit) {
    this.#init = init;
    this.#paths = new ArchivePaths(init.archive.baseDirectory);
    this.#now = init.now ?? Date.now;
  }

  /**
   * The very same object as before where nothing changed. Concurrent callers share one check, and the first one's signal.
   * Throws PathComponentInvalidError.
   */
  async get(channel: string, quality: string, options: AbortOptions = {}): Promise<PairCoverage> {
    options.signal?.throwIfAborted();
    // They come from requests: such as would lead elsewhere are refused before a record of that name is looked for.
    this.#paths.quality(channel, quality);
    const pair = `${channel}/${quality}`;
    const running =
      this.#running.get(pair) ?? this.#check(channel, quality, options).finally(() => this.#running.delete(pair));
    this.#running.set(pair, running);
    return running;
  }

  async #check(channel: string, quality: string, options: AbortOptions): Promise<PairCoverage> {
    const pair = `${channel}/${quality}`;
    const known = this.#pairs.get(pair);
    const before = known?.hours ?? (await this.#remembered(channel, quality));
    const names = await this.#init.archive.listHours(channel, quality, options);
    const { hours, changed } = await this.#readChanged(channel, quality, names, before, options);
    if (known !== undefined && !changed) return known.coverage;
    const coverage = pairCoverageOf(new Map([...hours].map(([hour, entry]) => [hour, entry.coverage])));
    // Names of what is not there come from requests, and are not kept.
    if (hours.size > 0) this.#pairs.set(pair, { hours, coverage });
    else this.#pairs.delete(pair);
    if (changed) await this.#remember(channel, quality, hours, options);
    return coverage;
  }

  async #readChanged(
    channel: string,
    quality: string,
    names: readonly string[],
    before: ReadonlyMap<string, RememberedHour>,
    { signal }: AbortOptions,
  ): Promise<{ hours: Map<string, RememberedHour>; changed: boolean }> {
    const hours = new Map<string, RememberedHour>();
    let read = 0;
    let last: readonly [string, RememberedHour] | readonly [] = [];
    for (const hour of names) {
      const known = before.get(hour);
      const entry = this.#readHour(this.#paths.hour(channel, quality, hour), tailFor(hour, last), known);
      if (entry !== known) read += 1;
      if (entry !== known && read % HOURS_AT_ONCE === 0) await setImmediate();
      signal?.throwIfAborted();
      hours.set(hour, entry);
      last = [hour, entry];
    }
    return { hours, changed: read > 0 || before.size !== hours.size };
  }

  /** What is known, where it still holds. The state is taken before the read, so that a change during it is seen next time. */
  #readHour(directory: string, tail: readonly string[], known: RememberedHour | undefined): RememberedHour {
    const tailBefore = tail.join('/');
    const state = readDirectoryState(directory);
    const isSame = known?.state !== undefined && state !== undefined && sameState(known.state, state);
    if (isSame && known.tailBefore === tailBefore) return known;
    const settled = state !== undefined && isSettled(state, this.#now());
    this.#init.onRead?.(directory);
    return { state: settled ? state : undefined, tailBefore, coverage: readHourCoverage(directory, tail) };
  }

  #memoryFile(channel: string, quality: string): string | undefined {
    const { stateDirectory } = this.#init;
    return stateDirectory === undefined ? undefined : path.join(stateDirectory, 'coverage', channel, `${quality}.json`);
  }

  async #remembered(channel: string, quality: string): Promise<Map<string, RememberedHour>> {
    const file = this.#memoryFile(channel, quality);
    return file === undefined ? new Map<string, RememberedHour>() : readCoverageMemory(file, this.#init.log);
  }

  /** A state folder that cannot be written to costs the next process time, and this one nothing. */
  async #remember(
    channel: string,
    quality: string,
    hours: ReadonlyMap<string, RememberedHour>,
    options: AbortOptions,
  ): Promise<void> {
    const file = this.#memoryFile(channel, quality);
    if (file === undefined) return;
    try {
      await writeCoverageMemory(file, hours, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      this.#init.log.warn({ err: error, file }, 'What is known of the coverage cannot be kept for the next start');
    }
  }
}

/** The tail of an hour, for the one that follows it at once. */
function tailFor(hour: string, [last, entry]: readonly [string, RememberedHour] | readonly []): readonly string[] {
  if (last === undefined || entry === undefined) return [];
  return parseHour(hour) - parseHour(last) === HOUR_MICROS ? entry.coverage.tail : [];
}
