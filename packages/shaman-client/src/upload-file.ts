import { CONTENT_TYPES, formatOriginalFilename, HEADERS, type ShamanFile } from '@waybill/shaman-protocol';
import { FileChangedError } from './client-errors.ts';
import type { UploadOutcome } from './dialect.ts';
import { exactContent } from './exact-content.ts';
import type { HashedFile } from './hashed-files.ts';
import { refusalOf } from './small-requests.ts';
import { sendCounted, type UploadContext } from './upload-context.ts';
import type { UploadAnswer } from './upload-exchange.ts';

/** A large body is worth the wait even with a server that has let us wait in vain. */
const ALWAYS_EXPECT_FROM_BYTES = 1024 * 1024;
/** Where nobody else is expected to send it, a smaller body costs less than the wait for `100 Continue`. */
const EXPECT_FROM_BYTES = 64 * 1024;

/** Ours answers at once, or waits for somebody else who is sending the file. */
const OWN_CONTINUE_MS = 30_000;

/** Sends one file in one request. Throws FileChangedError, UploadBrokenError, RequestRefusedError, TokenRefusedError. */
export async function uploadFile(
  hashed: HashedFile,
  canDefer: boolean,
  context: UploadContext,
): Promise<'stored' | 'others' | 'deferred'> {
  const { file } = hashed;
  const expects = isWorthAsking(file.sizeBytes, canDefer, context);
  let answer = await post(hashed, { canDefer, expects }, context);
  let outcome = judge(answer, canDefer, context);
  if (outcome === 'mismatch' && expects && answer.sentBytes === 0) {
    // 417 has two meanings: who does not know Expect answers it too (RFC 9110 section 15.5.18).
    answer = await post(hashed, { canDefer, expects: false }, context);
    outcome = judge(answer, canDefer, context);
  }
  if (outcome === 'mismatch') throw new FileChangedError(file);
  if (outcome === 'unknown')
    throw refusalOf(urlOf(file, context), answer.status, answer.text, answer.headers['retry-after']);
  return outcome;
}

/** With the head alone, the server can say that it has the file, or that somebody else is sending it. */
function isWorthAsking(sizeBytes: number, canDefer: boolean, { transport }: UploadContext): boolean {
  if (transport.ignoresExpect) return sizeBytes >= ALWAYS_EXPECT_FROM_BYTES;
  return sizeBytes > 0 && (canDefer || sizeBytes >= EXPECT_FROM_BYTES);
}

function judge({ status, headers }: UploadAnswer, canDefer: boolean, { dialect }: UploadContext): UploadOutcome {
  return dialect.judgeUpload(status, headers, canDefer);
}

function urlOf(file: ShamanFile, { requests, dialect }: UploadContext): URL {
  return requests.at(dialect.uploadPath(file));
}

async function post(
  { file, source }: HashedFile,
  { canDefer, expects }: { canDefer: boolean; expects: boolean },
  context: UploadContext,
): Promise<UploadAnswer> {
  const { requests, signal } = context;
  return sendCounted(context, {
    url: urlOf(file, context),
    method: 'POST',
    headers: { ...requests.authorization, ...headersOf(file, canDefer), ...(expects && { expect: '100-continue' }) },
    openBody: () => exactContent(file, source.open({ start: 0, signal }), 0),
    continueWaitMs: expects ? continueWaitMs(context) : undefined,
  });
}

/** How long this server's `100 Continue` is worth waiting for. */
export function continueWaitMs({ capabilities, timing }: UploadContext): number {
  return capabilities === undefined ? timing.continueMs : OWN_CONTINUE_MS;
}

function headersOf({ sizeBytes, path }: ShamanFile, canDefer: boolean): Record<string, string> {
  return {
    'content-type': CONTENT_TYPES.upload,
    'content-length': String(sizeBytes),
    [HEADERS.originalFilename]: formatOriginalFilename(path),
    ...(canDefer && { [HEADERS.canDefer]: 'true' }),
  };
}
