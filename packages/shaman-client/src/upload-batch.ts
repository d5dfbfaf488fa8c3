import { parseHex } from '@waybill/digest';
import {
  type BatchFrame,
  batchSizeBytes,
  type BatchResult,
  CONTENT_TYPES,
  encodeBatchFrames,
  OWN_PREFIX,
  parseBatchResponse,
} from '@waybill/shaman-protocol';
import { AnswerInvalidError } from './client-errors.ts';
import { exactContent } from './exact-content.ts';
import { gathered } from './gathered.ts';
import type { HashedFile } from './hashed-files.ts';
import { parseJson } from './parse-json.ts';
import { refusalOf } from './small-requests.ts';
import { sendCounted, type UploadContext } from './upload-context.ts';

/** Sends small files in one request; resolves with a result for each, in their order. Throws as `uploadFile` does. */
export async function uploadBatch(
  files: readonly HashedFile[],
  context: UploadContext,
): Promise<readonly BatchResult[]> {
  const { requests } = context;
  const url = requests.at(`${OWN_PREFIX.slice(1)}/batch`);
  const headers = {
    ...requests.authorization,
    'content-type': CONTENT_TYPES.batch,
    'content-length': String(batchSizeBytes(files.map(({ file }) => file))),
  };
  const openBody = () => gathered(encodeBatchFrames(framesOf(files, context)));
  const answer = await sendCounted(context, { url, method: 'POST', headers, openBody }, files.length);
  if (answer.status !== 200) throw refusalOf(url, answer.status, answer.text, answer.headers['retry-after']);
  const results = parseBatchResponse(parseJson(url, answer.text));
  if (results.length === files.length) return results;
  throw new AnswerInvalidError(url.href, `it tells of ${results.length} files, ${files.length} were sent`);
}

/** The length of the whole is announced: each content is read as a whole, and is as long as it has to be. */
async function* framesOf(
  files: readonly HashedFile[],
  { signal }: UploadContext,
): AsyncGenerator<BatchFrame, void, undefined> {
  for (const { file, source } of files) {
    const content = new Uint8Array(file.sizeBytes);
    let at = 0;
    for await (const bytes of exactContent(file, source.open({ start: 0, signal }), 0)) {
      content.set(bytes, at);
      at += bytes.byteLength;
    }
    yield { digest: parseHex(file.sha), content };
  }
}
