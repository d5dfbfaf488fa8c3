import { ResponseStatusError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { BATCH_CONTENT_TYPE, BATCH_MAX_NAMES, decodeBatch } from '../wire/batch-frame.ts';
import { batchPath } from './node-paths.ts';
import type { NodeTransport, StreamedReply } from './node-transport.ts';
import { ProtocolUnsupportedError } from './protocol-unsupported-error.ts';
import type { BatchItem } from './remote-node.ts';
import { RemoteReplyInvalidError } from './remote-reply-invalid-error.ts';

export interface BatchRequest {
  readonly channel: string;
  readonly quality: string;
  readonly hour: string;
  /** At most BATCH_MAX_NAMES. */
  readonly names: readonly string[];
}

const ask = async (
  transport: NodeTransport,
  request: BatchRequest,
  { signal }: AbortOptions,
): Promise<StreamedReply> => {
  const headers = { 'content-type': 'application/json', accept: BATCH_CONTENT_TYPE };
  try {
    const common = { name: 'get_remote_batch', method: 'POST', expectedStatus: [200], signal } as const;
    return await transport.stream(batchPath(), { ...common, headers, body: JSON.stringify(request) });
  } catch (error) {
    if (error instanceof ResponseStatusError && (error.status === 404 || error.status === 405))
      throw new ProtocolUnsupportedError(transport.url);
    throw error;
  }
};

/**
 * Many contents in one answer (protocol version 1), decoded as they come. An answer that is not exactly one frame for
 * each name, in order, is refused at the first that differs. Throws RangeError for more names than one request may hold.
 */
export async function* fetchBatch(
  transport: NodeTransport,
  request: BatchRequest,
  options: AbortOptions = {},
): AsyncGenerator<BatchItem, void, undefined> {
  const { names } = request;
  if (names.length > BATCH_MAX_NAMES)
    throw new RangeError(`A batch holds at most ${String(BATCH_MAX_NAMES)} names, not ${String(names.length)}`);
  if (names.length === 0) return;
  const invalid = (problem: string): RemoteReplyInvalidError =>
    new RemoteReplyInvalidError({ node: transport.url, path: batchPath(), problem });
  const reply = await ask(transport, request, options);
  if (reply.headers['content-type'] !== BATCH_CONTENT_TYPE) {
    reply.discard();
    throw invalid('not a batch');
  }
  let count = 0;
  for await (const frame of decodeBatch(reply.body, { maxContentBytes: transport.limits.maxSegmentBytes })) {
    if (frame.name !== names[count]) throw invalid(`frame ${String(count)} is for another name than was asked for`);
    count += 1;
    yield frame;
  }
  if (count < names.length) throw invalid(`${String(count)} frames for ${String(names.length)} names`);
}
