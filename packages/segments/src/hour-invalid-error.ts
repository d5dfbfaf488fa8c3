/** The text is not `YYYY-MM-DDTHH` of a real hour, or the time lies outside the years 1 to 9999. */
export class HourInvalidError extends Error {
  readonly code = 'ERR_HOUR_INVALID';
  readonly retryable = false;
  readonly hour: string;

  constructor(hour: string) {
    super(`Not an hour (YYYY-MM-DDTHH): ${JSON.stringify(hour.slice(0, 80))}`);
    this.name = 'HourInvalidError';
    this.hour = hour;
  }
}
