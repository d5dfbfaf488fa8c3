import { WaybillError } from '@waybill/common';

/** Which status an error code becomes. The message of a listed error is shown to the client; list only what may be shown. */
export type ErrorStatusTable = Readonly<Record<string, number>>;

export interface ErrorAnswer {
  status: number;
  code?: string | undefined;
  detail?: string | undefined;
}

/**
 * The answer to an error: the app's table first, then what fastify says about a bad request (4xx),
 * else 500 without a word about why.
 */
export function answerTo(error: unknown, table: ErrorStatusTable): ErrorAnswer {
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  if (error instanceof WaybillError) {
    const status = Object.hasOwn(table, error.code) ? table[error.code] : undefined;
    return status === undefined ? { status: 500 } : { status, code: error.code, detail: error.message };
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const shown = typeof code === 'string' && code.startsWith('FST_ERR_');
    return { status: statusCode, ...(shown && { code, detail: String(message) }) };
  }
  return { status: 500 };
}
