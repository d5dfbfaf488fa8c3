import type { AbortOptions } from '@waybill/common';
import { createHttpClient } from '@waybill/http-kit/client';
import type { ClientTls, HttpClient } from '@waybill/http-kit/client';
import type { Capabilities } from '@waybill/shaman-protocol';
import { askForToken } from './ask-for-token.ts';
import type { ClientFile } from './client-file.ts';
import { type ClientTiming, DEFAULT_TIMING } from './client-timing.ts';
import { type DetectedServer, detectServer } from './detect-server.ts';
import { sendFiles, type SendFilesOptions } from './send-files.ts';
import type { SendReport } from './send-progress.ts';
import { parseShamanUrl } from './server-url.ts';
import type { ServerConnection } from './small-requests.ts';
import { UploadTransport } from './upload-transport.ts';

export interface ShamanClientInit extends AbortOptions {
  /** `shaman://`, `shaman+http://`, http or https; what stands behind `#` is not used here (see `parseShamanUrl`). */
  url: string | URL;
  /** Bearer token. Default: none; a v2 server is asked for one (`get-token`). */
  token?: string | undefined;
  /** Default `auto`: ours, then v3, then v2. `v2` and `v3` use nothing of our own protocol. */
  protocol?: 'auto' | 'v2' | 'v3' | undefined;
  /** For everything but the bodies of files; not closed with the client. Default: one of its own. */
  httpClient?: HttpClient | undefined;
  /** For uploads, and for the client's own `httpClient`. */
  tls?: ClientTls | undefined;
  timing?: Partial<ClientTiming> | undefined;
}

/** A connection to one server. */
export interface ShamanClient extends AsyncDisposable {
  readonly protocol: 'v2' | 'v3';
  /** What the server can do beyond v2 and v3; undefined where it is not ours. */
  readonly capabilities: Capabilities | undefined;
  /**
   * Brings files to the server, only those that it lacks, and checks them out. Nothing is lost by deferral: it resolves when
   * the server has everything. May be called several times at once.
   *
   * Throws FileChangedError, FileUnreadableError, FilesUnsentError, CheckoutTakenError, RequestRefusedError,
   * TokenRefusedError, AnswerInvalidError, MessageInvalidError, CheckoutNameInvalidError, FilePathInvalidError (v2: a
   * name that the protocol cannot say), errors of `@waybill/http-kit`, or the signal's reason.
   */
  sendFiles(files: readonly ClientFile[], options?: SendFilesOptions): Promise<SendReport>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** Finds out what the server speaks. Throws ShamanNotFoundError, TokenRefusedError, UrlInvalidError, errors of the connection. */
export async function createShamanClient(init: ShamanClientInit): Promise<ShamanClient> {
  const { tls, token, signal } = init;
  const { url } = parseShamanUrl(init.url);
  const timing = { ...DEFAULT_TIMING, ...init.timing };
  const http = init.httpClient ?? createHttpClient({ userAgent: 'waybill-shaman-client', tls });
  const connection: ServerConnection = { url, http, timing, token };
  const transport = new UploadTransport({ tls, timeouts: timing });
  const close = async (): Promise<void> => {
    transport.close();
    if (init.httpClient === undefined) await http.close();
  };
  try {
    const server = await openServer(connection, init.protocol ?? 'auto', { signal });
    return {
      ...server,
      sendFiles: (files, options) => sendFiles({ connection, server, transport }, files, options),
      ...{ close, [Symbol.asyncDispose]: close },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openServer(
  connection: ServerConnection,
  protocol: 'auto' | 'v2' | 'v3',
  options: AbortOptions,
): Promise<DetectedServer> {
  if (protocol === 'auto') return await detectServer(connection, options);
  if (protocol === 'v2' && connection.token === undefined) await askForToken(connection, options);
  return { protocol, capabilities: undefined };
}
