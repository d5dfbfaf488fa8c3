import { assignTimes } from './assign-times.ts';
import { parseAttributeList } from './attribute-list.ts';
import { DateRanges } from './date-range.ts';
import type { ByteRange, MediaPlaylist, MediaSegment } from './media-playlist.ts';
import { PlaylistInvalidError, PlaylistUnsupportedError } from './playlist-errors.ts';
import type { PlaylistLine } from './playlist-lines.ts';
import { durationTextOf, parseInteger, parseSeconds, resolveUri } from './playlist-values.ts';
import { parseProgramDateTime } from './program-date-time.ts';
import { parseKey } from './segment-key.ts';
import type { KeyMaker } from './segment-key.ts';

/** Takes the lines of a media playlist apart (RFC 8216 section 4.3). Tags that are not known are left out. Throws PlaylistInvalidError, PlaylistUnsupportedError. */
export function parseMediaPlaylist(lines: Iterable<PlaylistLine>, baseUrl: string): MediaPlaylist {
  const reader = new MediaReader(baseUrl);
  for (const item of lines) {
    if (item.tag === undefined) reader.endSegment(item.uri, item.line);
    else TAGS[item.tag]?.(reader, item.value, item.line);
  }
  return reader.finish();
}

type DraftSegment = Omit<MediaSegment, 'startMicros' | 'skewMicros'> & { readonly ownMicros: number | undefined };

/** What the tags before the next URI have said. */
interface Pending {
  duration?: { seconds: string; micros: number; title: string; line: number };
  range?: { length: number; offset: number | undefined; line: number };
  ownMicros?: number;
  discontinuity?: true;
  gap?: true;
}

class MediaReader {
  readonly baseUrl: string;
  pending: Pending = {};
  key: KeyMaker | undefined;
  inCue = false;
  ended = false;
  targetDurationMicros: number | undefined;
  mediaSequence = 0;
  discontinuitySequence = 0;
  readonly dateRanges = new DateRanges();
  readonly #drafts: DraftSegment[] = [];
  #discontinuities = 0;

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  endSegment(relative: string, line: number): void {
    const { duration, ownMicros, discontinuity = false, gap = false } = this.pending;
    if (duration === undefined) throw new PlaylistInvalidError('a URI without EXTINF', line);
    const uri = resolveUri(relative, this.baseUrl, line);
    if (discontinuity) this.#discontinuities += 1;
    const mediaSequence = this.mediaSequence + this.#drafts.length;
    this.#drafts.push({
      uri,
      line,
      mediaSequence,
      durationMicros: duration.micros,
      durationText: duration.micros < 100 ? undefined : durationTextOf(duration.seconds),
      title: duration.title,
      ownMicros,
      discontinuity,
      discontinuitySequence: this.discontinuitySequence + this.#discontinuities,
      gap,
      key: this.key?.(mediaSequence),
      byteRange: this.#rangeOf(uri),
      inCue: this.inCue,
    });
    this.pending = {};
  }

  finish(): MediaPlaylist {
    const { duration } = this.pending;
    if (duration !== undefined) throw new PlaylistInvalidError('EXTINF without a URI', duration.line);
    const times = assignTimes(this.#drafts);
    const segments = this.#drafts.map(({ ownMicros: _own, ...draft }, index) => ({
      ...draft,
      startMicros: times[index]?.startMicros,
      skewMicros: times[index]?.skewMicros ?? 0,
    }));
    const longest = Math.max(0, ...segments.map(({ durationMicros }) => durationMicros));
    const { targetDurationMicros = longest, mediaSequence, discontinuitySequence, ended } = this;
    const dateRanges = this.dateRanges.list;
    return { kind: 'media', targetDurationMicros, mediaSequence, discontinuitySequence, ended, segments, dateRanges };
  }

  /** Sequence numbers count from the first segment: said behind it, they would be those of other segments. */
  assertNoSegmentYet(tag: string, line: number): void {
    if (this.#drafts.length > 0) throw new PlaylistInvalidError(`${tag} behind the first segment`, line);
  }

  #rangeOf(uri: string): ByteRange | undefined {
    const { range } = this.pending;
    if (range === undefined) return undefined;
    const { length, line } = range;
    if (range.offset !== undefined) return { length, offset: range.offset };
    const before = this.#drafts.at(-1);
    if (before?.byteRange === undefined || before.uri !== uri)
      throw new PlaylistInvalidError('EXT-X-BYTERANGE without an offset, and no range of that file before it', line);
    return { length, offset: before.byteRange.offset + before.byteRange.length };
  }
}

type TagReader = (reader: MediaReader, value: string, line: number) => void;

const BYTE_RANGE = /^(\d+)(?:@(\d+))?$/;

const TAGS: Readonly<Record<string, TagReader | undefined>> = {
  // Some encoders write a fraction here.
  'EXT-X-TARGETDURATION': (reader, value, line) => {
    reader.targetDurationMicros = parseSeconds(value, line);
  },
  'EXT-X-MEDIA-SEQUENCE': (reader, value, line) => {
    reader.assertNoSegmentYet('EXT-X-MEDIA-SEQUENCE', line);
    reader.mediaSequence = parseInteger(value, line);
  },
  'EXT-X-DISCONTINUITY-SEQUENCE': (reader, value, line) => {
    reader.assertNoSegmentYet('EXT-X-DISCONTINUITY-SEQUENCE', line);
    reader.discontinuitySequence = parseInteger(value, line);
  },
  EXTINF: (reader, value, line) => {
    const comma = value.indexOf(',');
    const seconds = (comma === -1 ? value : value.slice(0, comma)).trim();
    const title = comma === -1 ? '' : value.slice(comma + 1).trim();
    reader.pending.duration = { seconds, micros: parseSeconds(seconds, line), title, line };
  },
  'EXT-X-PROGRAM-DATE-TIME': (reader, value, line) => {
    reader.pending.ownMicros = parseProgramDateTime(value, line);
  },
  'EXT-X-BYTERANGE': (reader, value, line) => {
    const [, length, offset] = BYTE_RANGE.exec(value) ?? [];
    if (length === undefined) throw new PlaylistInvalidError('EXT-X-BYTERANGE is not LENGTH or LENGTH@OFFSET', line);
    const start = offset === undefined ? undefined : parseInteger(offset, line);
    reader.pending.range = { length: parseInteger(length, line), offset: start, line };
  },
  'EXT-X-DISCONTINUITY': (reader) => {
    reader.pending.discontinuity = true;
  },
  'EXT-X-GAP': (reader) => {
    reader.pending.gap = true;
  },
  'EXT-X-KEY': (reader, value, line) => {
    reader.key = parseKey(value, reader.baseUrl, line);
  },
  'EXT-X-MAP': (_reader, _value, line) => {
    throw new PlaylistUnsupportedError('EXT-X-MAP (fragmented MP4)', line, 'only MPEG-TS segments can');
  },
  'EXT-X-DEFINE': (_reader, _value, line) => {
    throw new PlaylistUnsupportedError('EXT-X-DEFINE', line, 'variables in playlists are not known here');
  },
  'EXT-X-DATERANGE': (reader, value, line) => {
    reader.dateRanges.add(value, line);
  },
  // Sent only to who asks for it; were it passed over, all segments would have the numbers of earlier ones.
  'EXT-X-SKIP': (reader, value, line) => {
    reader.assertNoSegmentYet('EXT-X-SKIP', line);
    reader.mediaSequence += parseInteger(parseAttributeList(value, line).get('SKIPPED-SEGMENTS') ?? '', line);
  },
  'EXT-X-CUE-OUT': (reader) => {
    reader.inCue = true;
  },
  // A window that begins within a break shows this alone.
  'EXT-X-CUE-OUT-CONT': (reader) => {
    reader.inCue = true;
  },
  'EXT-X-CUE-IN': (reader) => {
    reader.inCue = false;
  },
  'EXT-X-ENDLIST': (reader) => {
    reader.ended = true;
  },
};
