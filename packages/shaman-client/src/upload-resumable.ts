import { abortableSleep } from '@waybill/common';
import { CONTENT_TYPES, HEADERS, OWN_PREFIX } from '@waybill/shaman-protocol';
import { AnswerInvalidError, FileChangedError, UploadBrokenError } from './client-errors.ts';
import { exactContent } from './exact-content.ts';
import type { HashedFile } from './hashed-files.ts';
import { refusalOf, retryPauseMs } from './small-requests.ts';
import { sendCounted, type UploadContext } from './upload-context.ts';
import { continueWaitMs } from './upload-file.ts';

/** Breaks in a row without a byte more on the server's disk. */
const MAX_STANDSTILLS = 5;
const BUSY = 409;
const MISMATCH = 417;

/** Sends a large file; after a break it goes on where the server stands. `deferred`: somebody else is sending it. */
export async function uploadResumable(
  hashed: HashedFile,
  context: UploadContext,
): Promise<'stored' | 'others' | 'deferred'> {
  let state = await serverState(hashed, context);
  for (let standstills = 0; ;) {
    if (state === 'deferred') return 'deferred';
    if (state === 'complete') return 'others';
    const before: number = state;
    try {
      const outcome = await sendRest(hashed, before, context);
      if (outcome !== 'moved') return outcome;
      standstills += 1;
    } catch (error) {
      context.signal?.throwIfAborted();
      if (!(error instanceof UploadBrokenError)) throw error;
      if (standstills >= MAX_STANDSTILLS) throw error;
      noteBreak(error, context);
      await abortableSleep(retryPauseMs(error, standstills, context.timing), context);
      standstills += 1;
    }
    state = await serverState(hashed, context);
    if (typeof state === 'number' && state > before) standstills = 0;
    if (standstills > MAX_STANDSTILLS) return 'deferred';
  }
}

function noteBreak(error: UploadBrokenError, { tally, progress }: UploadContext): void {
  tally.retries += 1;
  progress.retrying?.(error);
}

function pathOf({ file: { sha, sizeBytes } }: HashedFile): string {
  return `${OWN_PREFIX.slice(1)}/uploads/${sha}/${sizeBytes}`;
}

/** How much of it is durable there. */
async function serverState(
  hashed: HashedFile,
  { requests, signal }: UploadContext,
): Promise<number | 'complete' | 'deferred'> {
  const path = pathOf(hashed);
  const { status, headers } = await requests.send({
    ...{ name: 'offset', path, method: 'HEAD', statuses: [200, 204, BUSY], signal },
  });
  if (status === BUSY) return 'deferred';
  if (headers[HEADERS.uploadComplete] === '?1') return 'complete';
  const offset = Number(headers[HEADERS.uploadOffset]);
  if (Number.isSafeInteger(offset) && offset >= 0 && offset <= hashed.file.sizeBytes) return offset;
  throw new AnswerInvalidError(requests.at(path).href, 'it does not say how far the upload is');
}

/** `moved`: the server stands elsewhere by now. */
async function sendRest(
  hashed: HashedFile,
  offset: number,
  context: UploadContext,
): Promise<'stored' | 'deferred' | 'moved'> {
  const { file, source } = hashed;
  const { requests, signal } = context;
  const url = requests.at(pathOf(hashed));
  const answer = await sendCounted(context, {
    ...{ url, method: 'PATCH', continueWaitMs: continueWaitMs(context) },
    headers: {
      ...requests.authorization,
      'content-type': CONTENT_TYPES.upload,
      'content-length': String(file.sizeBytes - offset),
      expect: '100-continue',
      [HEADERS.uploadOffset]: String(offset),
    },
    openBody: () => exactContent(file, source.open({ start: offset, signal }), offset),
  });
  if (answer.status === BUSY) return answer.headers[HEADERS.uploadOffset] === undefined ? 'deferred' : 'moved';
  if (answer.status === MISMATCH) throw new FileChangedError(file);
  if (answer.status !== 204 && answer.status !== 200)
    throw refusalOf(url, answer.status, answer.text, answer.headers['retry-after']);
  return answer.headers[HEADERS.uploadComplete] === '?1' ? 'stored' : 'moved';
}
