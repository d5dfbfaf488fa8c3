import { WaybillError } from '@waybill/common';

const RETRY_AFTER_SECONDS = 5;

/** The database that servers of one store share does not answer: what needs it cannot be done now. */
export class DatabaseUnavailableError extends WaybillError {
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;

  constructor(cause: unknown) {
    super('the database that the servers of this store share does not answer; try again later', {
      ...{ code: 'ERR_DATABASE_UNAVAILABLE', retryable: true, cause },
    });
  }
}
