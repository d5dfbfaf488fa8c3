import { WaybillError } from '@waybill/common';

/** Where blobs are, as written `s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path-style=true`. */
export interface StoreLocation {
  readonly bucket: string;
  /** Ends with `/`, or empty. */
  readonly prefix: string;
  /** Of an S3-compatible service; default: Amazon's for the region. */
  readonly endpoint: string | undefined;
  /** Default `us-east-1`, which services other than Amazon's mostly ignore. */
  readonly region: string;
  /** The bucket in the path and not in the host name; default: true with an endpoint. */
  readonly pathStyle: boolean;
}

const KNOWN_PARAMETERS = new Set(['endpoint', 'region', 'path-style']);

export class StoreLocationInvalidError extends WaybillError {
  readonly location: string;

  constructor(location: string, reason: string, cause?: unknown) {
    super(`${location} is no place for blobs: ${reason}; write s3://BUCKET/PREFIX?endpoint=URL&region=NAME`, {
      code: 'ERR_STORE_LOCATION_INVALID',
      retryable: false,
      cause,
    });
    this.location = location;
  }
}

/** @throws StoreLocationInvalidError. Credentials are not part of it: they come from the environment. */
export function parseStoreLocation(text: string): StoreLocation {
  const url = parseUrl(text, text);
  if (url.protocol !== 's3:') throw new StoreLocationInvalidError(text, 'it does not begin with s3://');
  if (url.username !== '' || url.password !== '') {
    throw new StoreLocationInvalidError(`s3://${url.hostname}`, 'credentials belong in the environment');
  }
  if (url.hostname === '') throw new StoreLocationInvalidError(text, 'it names no bucket');
  for (const name of url.searchParams.keys()) {
    if (!KNOWN_PARAMETERS.has(name)) throw new StoreLocationInvalidError(text, `it has an unknown parameter ${name}`);
  }
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined) checkEndpoint(endpoint, text);
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket: url.hostname,
    prefix: path === '' ? '' : `${path}/`,
    endpoint,
    region: url.searchParams.get('region') ?? 'us-east-1',
    pathStyle: (url.searchParams.get('path-style') ?? String(endpoint !== undefined)) === 'true',
  };
}

function parseUrl(url: string, location: string): URL {
  try {
    return new URL(url);
  } catch (error) {
    throw new StoreLocationInvalidError(location, `${url} is no URL`, error);
  }
}

function checkEndpoint(endpoint: string, location: string): void {
  if (!['http:', 'https:'].includes(parseUrl(endpoint, location).protocol)) {
    throw new StoreLocationInvalidError(location, `the endpoint ${endpoint} is not http or https`);
  }
}
