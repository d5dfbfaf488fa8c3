import type { AbortOptions } from '@waybill/common';
import { parseCheckoutIdV2, parseCheckoutPath, type ShamanFile } from '@waybill/shaman-protocol';
import type { ClientFile } from './client-file.ts';
import { FilesUnsentError } from './client-errors.ts';
import type { DetectedServer } from './detect-server.ts';
import { DialectV2 } from './dialect-v2.ts';
import { DialectV3 } from './dialect-v3.ts';
import type { Dialect } from './dialect.ts';
import { hashFiles, type HashedFile, keyOf } from './hashed-files.ts';
import { type SendProgress, type SendReport, SendTally } from './send-progress.ts';
import { type ServerConnection, SmallRequests } from './small-requests.ts';
import { storeFiles } from './store-files.ts';
import type { UploadContext } from './upload-context.ts';
import type { UploadTransport } from './upload-transport.ts';

export interface SendFilesOptions extends AbortOptions {
  /** v2: id of the checkout; v3: its path, to which the server may add something. Default: files are stored, nothing is checked out. */
  checkout?: string | undefined;
  progress?: SendProgress | undefined;
  /** Files that are hashed, and requests that send files, at a time. Default 4: what keeps a disk and a line busy. */
  concurrency?: number | undefined;
  /**
   * Whether small files travel together, where the server takes that: several times quicker, but contents that another
   * client sends at the same moment are sent twice. Default true.
   */
  batch?: boolean | undefined;
}

export interface SendFilesInit {
  readonly connection: ServerConnection;
  readonly server: DetectedServer;
  readonly transport: UploadTransport;
}

/** A checkout that fails for lack of files: they are sent again, and it is asked for once more. */
const CHECKOUT_TRIES = 2;

/** See `ShamanClient.sendFiles`. */
export async function sendFiles(
  init: SendFilesInit,
  files: readonly ClientFile[],
  { checkout, progress = {}, concurrency = 4, batch = true, signal }: SendFilesOptions = {},
): Promise<SendReport> {
  if (checkout !== undefined) assertName(checkout, init.server);
  const context = contextOf(init, progress, signal);
  const hashed = await hashFiles(files, { concurrency, signal });
  const contents = new Map<string, HashedFile>();
  for (const entry of hashed) if (!contents.has(entry.key)) contents.set(entry.key, entry);
  const definition = hashed.map(({ file }) => file);
  const store = (some: readonly HashedFile[]): Promise<void> => storeFiles(some, { context, concurrency, batch });
  await store([...contents.values()]);
  const checkoutPath =
    checkout === undefined ? undefined : await checkOut({ definition, contents, checkout, context, store });
  return reportOf(context, definition, contents, checkoutPath);
}

/** Before gigabytes are sent for a checkout that cannot be made. */
function assertName(checkout: string, { protocol, capabilities }: DetectedServer): void {
  if (protocol === 'v2') parseCheckoutIdV2(checkout);
  else if (capabilities !== undefined) parseCheckoutPath(checkout);
}

function contextOf(
  { connection, server, transport }: SendFilesInit,
  progress: SendProgress,
  signal: AbortSignal | undefined,
): UploadContext {
  const tally = new SendTally();
  const requests = new SmallRequests(connection, {
    onRequest: () => (tally.requests += 1),
    onRetry: (error) => {
      tally.retries += 1;
      progress.retrying?.(error);
    },
  });
  const dialect: Dialect = server.protocol === 'v2' ? new DialectV2(requests) : new DialectV3(requests);
  const { capabilities } = server;
  return { dialect, capabilities, requests, transport, timing: connection.timing, tally, progress, signal };
}

interface CheckOutInit {
  readonly definition: readonly ShamanFile[];
  readonly contents: ReadonlyMap<string, HashedFile>;
  readonly checkout: string;
  readonly context: UploadContext;
  readonly store: (contents: readonly HashedFile[]) => Promise<void>;
}

async function checkOut({ definition, contents, checkout, context, store }: CheckOutInit): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await context.dialect.checkOut(definition, checkout, context);
    if ('checkoutPath' in outcome) return outcome.checkoutPath;
    const { missing = definition, refusal } = { missing: undefined, refusal: undefined, ...outcome };
    if (attempt === CHECKOUT_TRIES) throw refusal ?? new FilesUnsentError(missing, attempt);
    context.tally.retries += 1;
    const keys = new Set(missing.map(keyOf));
    await store([...contents.values()].filter(({ key }) => keys.has(key)));
  }
}

function reportOf(
  { dialect, tally }: UploadContext,
  definition: readonly ShamanFile[],
  contents: ReadonlyMap<string, HashedFile>,
  checkoutPath: string | undefined,
): SendReport {
  const { requests, bodies, sentBytes, deferrals, retries, sent } = tally;
  let skippedBytes = definition.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const key of sent) skippedBytes -= contents.get(key)?.file.sizeBytes ?? 0;
  return {
    ...{ checkoutPath, protocol: dialect.protocol, requests, bodies, sentBytes },
    ...{ skippedFiles: definition.length - sent.size, skippedBytes, deferrals, retries },
  };
}
