/** Base paths below the server's. v2 has none: its routes are at the root. */
export const V3_PREFIX = '/api/v3/shaman';
export const OWN_PREFIX = '/waybill/v1';

/** Names of headers, in lower case. */
export const HEADERS = {
  /** `true`: there is something else to send first, so a file that somebody else is sending can wait. */
  canDefer: 'x-shaman-can-defer-upload',
  /** For logs alone. */
  originalFilename: 'x-shaman-original-filename',
  /** v2: SHA-256 of a file that is downloaded. */
  checksum: 'x-shaman-checksum',
  /** v2: whom the token names. */
  userId: 'x-user-id-from-token',
  /** Own: where the body goes on; in answers: how much is durable. */
  uploadOffset: 'upload-offset',
  /** Own: `?1` where the file is stored, else `?0` (RFC 9651 booleans). */
  uploadComplete: 'upload-complete',
} as const;

export const CONTENT_TYPES = {
  /** v2 servers take exactly this for definitions. */
  definitionV2: 'text/plain',
  json: 'application/json',
  upload: 'application/octet-stream',
  downloadV2: 'application/binary',
  batch: 'application/vnd.waybill.batch',
} as const;

/** Statuses that mean something of their own in v2 (spec section 1.1). */
export const STATUS_V2 = {
  ok: 200,
  stored: 204,
  /** Stored before; or being sent by somebody else, where the client can defer. */
  alreadyThere: 208,
  /** Definition or id invalid; at `create` also: files are missing, and the body lists them. */
  invalid: 400,
  unauthorized: 401,
  unknown: 404,
  checkoutExists: 409,
  mismatch: 417,
  uploading: 420,
  tokenExpired: 498,
} as const;

/** Statuses that mean something of their own in v3 (spec section 1.2). */
export const STATUS_V3 = {
  ok: 200,
  stored: 204,
  alreadyThere: 208,
  invalid: 400,
  checkoutExists: 409,
  mismatch: 417,
  filesMissing: 424,
  uploading: 425,
  disabled: 503,
} as const;
