import { nameKindOf } from '@waybill/segments';
import type { Archive, OpenedContent, SegmentAddress } from '../archive/archive.ts';
import { encodeBatchEnd, encodeFrameHeader } from '../wire/batch-frame.ts';

export interface BatchRequest {
  readonly channel: string;
  readonly quality: string;
  readonly hour: string;
  readonly names: readonly string[];
}

/** Small frames leave together: one write for about 25 segments of 10 kB instead of 50. */
const WRITE_BYTES = 256 * 1024;

/**
 * Frames for the names, in their order, and the end mark. Throws where a content fails halfway, so that the body is
 * cut and the peer knows; whatever is found out before a frame begins is told by the frame.
 */
export async function* batchBody(archive: Archive, request: BatchRequest): AsyncGenerator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = [];
  let gathered = 0;
  for (const name of request.names) {
    const { header, content } = await openFrame(archive, {
      channel: request.channel,
      quality: request.quality,
      hour: request.hour,
      name,
    });
    const bytes = content?.bytes;
    parts.push(header);
    if (bytes !== undefined) parts.push(bytes);
    gathered += header.length + (bytes?.length ?? 0);
    const streamed = content !== undefined && bytes === undefined;
    if (gathered >= WRITE_BYTES || streamed) {
      // A consumer that stops reading here never begins the stream: the file must be closed all the same.
      try {
        yield Buffer.concat(parts);
        if (streamed) yield* content.stream();
      } finally {
        await content?.close();
      }
      parts = [];
      gathered = 0;
    }
  }
  yield Buffer.concat([...parts, encodeBatchEnd()]);
}

async function openFrame(
  archive: Archive,
  address: SegmentAddress,
): Promise<{ header: Uint8Array; content: OpenedContent | undefined }> {
  const { name } = address;
  try {
    const content = isSegmentOrChat(name) ? await archive.open(address) : undefined;
    if (content === undefined) return { header: encodeFrameHeader({ status: 'missing', name, sizeBytes: 0 }), content };
    return { header: encodeFrameHeader({ status: 'ok', name, sizeBytes: content.sizeBytes }), content };
  } catch {
    // The peer asks another node; what is wrong with the file here is `verify`'s to find out.
    return { header: encodeFrameHeader({ status: 'unreadable', name, sizeBytes: 0 }), content: undefined };
  }
}

function isSegmentOrChat(name: string): boolean {
  const kind = nameKindOf(name);
  return kind === 'segment' || kind === 'chat';
}
