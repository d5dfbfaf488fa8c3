import type { AbortOptions } from '@waybill/common';
import { WaybillError } from '@waybill/common';
import { VERSION } from '../version.ts';
import type { AdminAccess } from './admin-file.ts';
import { requestKnownServer } from './known-server.ts';

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

/** Asks the server. Undefined for 404. @throws ServerCallFailedError; what `requestKnownServer` throws. */
export async function callServer(
  { url, token, certificate }: AdminAccess,
  { method, path, body }: ServerCall,
  { signal }: AbortOptions = {},
): Promise<unknown> {
  const { status, bytes } = await requestKnownServer(`${url}/waybill/v1${path}`, {
    ...{ method, certificate, signal, maxBytes: MAX_ANSWER_BYTES, idleTimeoutMs: IDLE_TIMEOUT_MS },
    headers: { authorization: `Bearer ${token}`, 'user-agent': `waybill-shaman-server/${VERSION}` },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
  });
  if (status === 404) return undefined;
  return resultOf(status, bytes.byteLength === 0 ? null : (JSON.parse(bytes.toString()) as unknown));
}

function resultOf(status: number, body: unknown): unknown {
  const { detail, error } = (body ?? {}) as { detail?: string; error?: { message?: string } };
  if (status < 200 || status > 299) throw new ServerCallFailedError(status, detail ?? 'no reason given');
  if (error !== undefined) throw new ServerCallFailedError(status, error.message ?? 'no reason given');
  return body;
}
