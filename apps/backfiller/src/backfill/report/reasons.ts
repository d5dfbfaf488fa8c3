/** Why a name that a node has is not fetched. None of these makes a pass incomplete, save those in {@link UNRESOLVED}. */
export type SkipReason =
  /** Arrived in the meantime. */
  | 'exists'
  /** Neither a segment, nor a chat batch, nor a tombstone. */
  | 'unparsable'
  /** A file that is still being written. */
  | 'temp'
  /** Ended less than the recent cutoff ago: the local recorder may still bring it. */
  | 'recent'
  /** Ends later than our clock says. */
  | 'future'
  /** Longer than a segment can be. */
  | 'implausible'
  /** Hidden here by a tombstone. */
  | 'tombstoned'
  /** The same content is here under a start that differs by at most 1 ms. */
  | 'near-duplicate'
  /** Suspect or partial, and a full segment with this start is here. */
  | 'have-full'
  /** A second full segment for one start, from a node that may not replace. */
  | 'second-full'
  /** Needed only if another item fails, like too many others. */
  | 'deferred'
  /** Overlaps more of what is here than it adds, from a node that may not replace. */
  | 'covered'
  /** Tombstones or extras from a node that may not send them. */
  | 'untrusted'
  /** More bytes of extras than a node may bring in one pass. */
  | 'extras-limit'
  /** A chat batch that has been merged into another since it was listed. */
  | 'chat-gone'
  /** This node's copy was bad, and it is not asked again yet. */
  | 'bad-copy';

/** Skipped for now, and something is missing because of it. */
export const UNRESOLVED: ReadonlySet<SkipReason> = new Set(['bad-copy', 'extras-limit']);

/** Skipped for now: time changes the answer, so that the hour must be compared again. */
export const PASSING: ReadonlySet<SkipReason> = new Set(['recent', 'future', 'deferred', 'bad-copy']);

/** Why a fetch failed. */
export type FailReason =
  /** The content is not what the name says. */
  | 'mismatch'
  /** Listed, and not there. */
  | 'missing'
  /** The node could not read its own file. */
  | 'unreadable'
  | 'too-large'
  | 'truncated'
  | 'timeout'
  | 'unreachable'
  /** An HTTP status that does not belong there. */
  | 'status'
  /** Something else than what was asked for. */
  | 'invalid-reply'
  /** The node is on back-off. */
  | 'unavailable'
  /** The node was taken off the list. */
  | 'removed'
  /** Our own file system refused, other than by being full. */
  | 'local'
  | 'disk-full'
  | 'cancelled';
