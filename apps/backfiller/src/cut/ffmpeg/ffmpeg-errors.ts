import { WaybillError } from '@waybill/common';

/** ffmpeg is not there. */
export class FfmpegMissingError extends WaybillError {
  readonly program: string;

  constructor(program: string, cause?: unknown) {
    super(
      `The program ${program} is needed for this and cannot be run; install ffmpeg (5.1 or newer), or name it with --ffmpeg`,
      { code: 'ERR_FFMPEG_MISSING', retryable: false, cause },
    );
    this.program = program;
  }
}

interface FfmpegEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it said on standard error. */
  readonly said: string;
}

/** ffmpeg ended with an error. */
export class FfmpegFailedError extends WaybillError {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;

  constructor({ exitCode, signal, said }: FfmpegEnd) {
    const how = signal === null ? `with exit code ${(exitCode ?? 0).toString()}` : `by ${signal}`;
    super(`ffmpeg ended ${how}${said === '' ? '' : `: ${said}`}`, { code: 'ERR_FFMPEG_FAILED', retryable: false });
    this.exitCode = exitCode;
    this.signal = signal;
    this.said = said;
  }
}
