import { WaybillError } from '@waybill/common';

/** A text that is no HLS playlist, or breaks a rule of RFC 8216 that cannot be overlooked. */
export class PlaylistInvalidError extends WaybillError {
  readonly problem: string;
  /** Counted from 1. */
  readonly line: number;

  constructor(problem: string, line: number) {
    super(`playlist, line ${line}: ${problem}`, {
      code: 'ERR_PLAYLIST_INVALID',
      // A server that restarts, or cuts an answer short, gives a better one a moment later.
      retryable: true,
    });
    this.problem = problem;
    this.line = line;
  }
}

/** A playlist that is right, but asks for what a recorder of MPEG-TS segments cannot do. */
export class PlaylistUnsupportedError extends WaybillError {
  readonly feature: string;
  /** Counted from 1. */
  readonly line: number;

  constructor(feature: string, line: number, advice: string) {
    super(`playlist, line ${line}: ${feature} cannot be recorded: ${advice}`, {
      code: 'ERR_PLAYLIST_UNSUPPORTED',
      retryable: false,
    });
    this.feature = feature;
    this.line = line;
  }
}

/** A playlist without any EXT-X-PROGRAM-DATE-TIME: no two recorders could agree on the names of its segments. */
export class PlaylistTimeMissingError extends WaybillError {
  constructor() {
    super('the playlist has no EXT-X-PROGRAM-DATE-TIME, and segments are named by it; switch it on at the encoder', {
      code: 'ERR_PLAYLIST_TIME_MISSING',
      retryable: false,
    });
  }
}

/** A quality that is in no variant of the master playlist. */
export class QualityMissingError extends WaybillError {
  readonly quality: string;
  readonly available: readonly string[];

  constructor(quality: string, available: readonly string[]) {
    super(`no variant is ${JSON.stringify(quality)}; there are ${available.join(', ') || 'none'}`, {
      code: 'ERR_QUALITY_MISSING',
      // Transcodes of a stream come and go.
      retryable: true,
    });
    this.quality = quality;
    this.available = available;
  }
}
