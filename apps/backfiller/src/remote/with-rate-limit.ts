import { delegateNode } from './delegate-node.ts';
import type { BatchItem, RemoteContent, RemoteNode } from './remote-node.ts';
import type { TokenBucket } from './token-bucket.ts';

type Body = RemoteContent['body'];

async function* paced(
  body: AsyncIterable<Uint8Array>,
  bucket: TokenBucket,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await bucket.take(chunk.byteLength, { signal });
    yield chunk;
  }
}

const pace = async (body: Body, bucket: TokenBucket, signal: AbortSignal | undefined): Promise<Body> => {
  if (!(body instanceof Uint8Array)) return paced(body, bucket, signal);
  await bucket.take(body.byteLength, { signal });
  return body;
};

/**
 * The node with its contents slowed down to what the bucket lets pass. A stream is slowed by reading it slowly, which
 * reaches the sender through TCP; the node's own time limits do not run while nobody reads (see guardThroughput).
 */
export const withRateLimit = (node: RemoteNode, bucket: TokenBucket): RemoteNode => {
  const paceContent = async (content: RemoteContent, signal: AbortSignal | undefined): Promise<RemoteContent> => ({
    ...content,
    body: await pace(content.body, bucket, signal),
  });
  return {
    ...delegateNode(node),
    fetchSegment: async (address, options = {}) =>
      paceContent(await node.fetchSegment(address, options), options.signal),
    fetchExtra: async (directory, path, options = {}) =>
      paceContent(await node.fetchExtra(directory, path, options), options.signal),
    async *fetchBatch(channel, quality, hour, names, options = {}): AsyncGenerator<BatchItem> {
      for await (const item of node.fetchBatch(channel, quality, hour, names, options)) {
        yield { ...item, body: await pace(item.body, bucket, options.signal) };
      }
    },
  };
};
