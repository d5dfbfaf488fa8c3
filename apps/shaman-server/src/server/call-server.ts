import type { AbortOptions } from '@waybill/common';
import { WaybillError } from '@waybill/common';
import { createHttpClient } from '@waybill/http-kit';
import { VERSION } from '../version.ts';
import type { AdminAccess } from './admin-file.ts';

/** A request to the server that owns a storage. */
export interface ServerCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/waybill/v1`. */
  readonly path: string;
  readonly body?: unknown;
}

/** The server that owns the storage answered, but not with what was asked for. */
export class ServerCallFailedError extends WaybillError {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(`the server answers with status ${status}: ${detail}`, { code: 'ERR_SERVER_CALL_FAILED', retryable: false });
    this.status = status;
  }
}

/** A list of a million checkouts. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
/** The server gives a sign of life every ten seconds. */
const IDLE_TIMEOUT_MS = 60_000;

/** Asks the server. Undefined for 404. @throws ServerCallFailedError; what the HTTP client throws. */
export async function callServer(
  { url, token }: AdminAccess,
  { method, path, body }: ServerCall,
  { signal }: AbortOptions = {},
): Promise<unknown> {
  const client = createHttpClient({ userAgent: `waybill-shaman-server/${VERSION}`, idleTimeoutMs: IDLE_TIMEOUT_MS });
  try {
    const { status, bytes } = await client.requestBytes(`${url}/waybill/v1${path}`, {
      ...{ name: 'admin', method, signal, maxBytes: MAX_ANSWER_BYTES },
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (status === 404) return undefined;
    return resultOf(status, bytes.byteLength === 0 ? null : (JSON.parse(new TextDecoder().decode(bytes)) as unknown));
  } finally {
    await client.close();
  }
}

function resultOf(status: number, body: unknown): unknown {
  const { detail, error } = (body ?? {}) as { detail?: string; error?: { message?: string } };
  if (status < 200 || status > 299) throw new ServerCallFailedError(status, detail ?? 'no reason given');
  if (error !== undefined) throw new ServerCallFailedError(status, error.message ?? 'no reason given');
  return body;
}
