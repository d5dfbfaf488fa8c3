import { WaybillError } from '@waybill/common';

/** A collection of this store is under way, here or in another process. */
export class CollectionRunningError extends WaybillError {
  constructor(cause?: unknown) {
    super('a garbage collection of this store is under way', {
      code: 'ERR_COLLECTION_RUNNING',
      retryable: true,
      cause,
    });
  }
}
