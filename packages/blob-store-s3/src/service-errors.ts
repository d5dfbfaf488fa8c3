import { S3ServiceException } from '@aws-sdk/client-s3';

/** There is no such object. A missing bucket is another error: nothing of the store can be read then. */
export function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NotFound', 'NoSuchKey'].includes(error.name);
}

/** `If-None-Match: *` found an object, or another conditional write of the same name was under way (409). */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  return error.$metadata.httpStatusCode === 412 || error.name === 'ConditionalRequestConflict';
}
