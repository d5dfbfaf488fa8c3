import { PackTargetInvalidError } from '../target-errors.ts';

export interface S3Location {
  readonly endpoint: string;
  readonly bucket: string;
  /** Ends with `/`, or empty. */
  readonly prefix: string;
}

const SCHEMES: Readonly<Record<string, string>> = { 's3:': 'https:', 's3+https:': 'https:', 's3+http:': 'http:' };

/**
 * `s3://endpoint/bucket/path`; `s3` means https, `s3+http` http.
 * @throws PackTargetInvalidError. Credentials are no part of it: they come from the environment or a profile.
 */
export function parseS3Url(text: string): S3Location {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = SCHEMES[url?.protocol ?? ''];
  if (url === undefined || scheme === undefined)
    throw new PackTargetInvalidError(text, 'write s3://endpoint/bucket/path');
  if (url.username !== '' || url.password !== '')
    throw new PackTargetInvalidError(`s3://${url.host}`, 'credentials belong in the environment');
  const [bucket = '', ...names] = url.pathname
    .split('/')
    .filter((name) => name !== '')
    .map(decode(text));
  if (url.host === '' || bucket === '')
    throw new PackTargetInvalidError(text, 'it names no bucket: s3://endpoint/bucket/path');
  return { endpoint: `${scheme}//${url.host}`, bucket, prefix: names.map((name) => `${name}/`).join('') };
}

function decode(text: string): (name: string) => string {
  return (name) => {
    try {
      return decodeURIComponent(name);
    } catch (error) {
      throw new PackTargetInvalidError(text, 'it is badly encoded', error);
    }
  };
}
