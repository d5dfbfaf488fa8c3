import type { Logger } from '@waybill/http-kit';
import type { Archive } from '../archive/archive.ts';
import type { CoverageCache } from '../coverage/coverage-cache.ts';
import type { EventLog } from './events/event-log.ts';
import type { HourSequences } from './hour-sequences.ts';
import type { ListingBodies } from './listing-bodies.ts';
import type { LivePlaylists } from './playlist/live-playlists.ts';

/** What the routes share. */
export interface ServeContext {
  readonly archive: Archive;
  readonly logger: Logger;
  /** Names this process among others; new with each start, as the numbers of its events begin anew. */
  readonly instance: string;
  readonly bodies: ListingBodies;
  readonly sequences: HourSequences;
  readonly coverage: CoverageCache;
  readonly livePlaylists: LivePlaylists;
  readonly events: EventLog;
  /** Fires when the server drains. */
  readonly draining: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
