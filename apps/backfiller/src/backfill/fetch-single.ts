import type { Archive } from '../archive/archive.ts';
import type { RemoteContent } from '../remote/remote-node.ts';
import type { BackfillNode } from './backfill-node.ts';
import type { FetchResult } from './fetch-result.ts';
import { remoteFailure } from './fetch-result.ts';
import { publishContent } from './publish-content.ts';
import type { WantedItem } from './wanted-item.ts';

const request = (item: WantedItem, node: BackfillNode, signal: AbortSignal): Promise<RemoteContent> =>
  item.kind === 'extra'
    ? node.fetchExtra(item.address.channel, item.address.name, { signal })
    : node.fetchSegment(item.address, { signal });

/** Brings one item by a request of its own. Never rejects. */
export const fetchSingle = async (
  archive: Archive,
  item: WantedItem,
  node: BackfillNode,
  signal: AbortSignal,
): Promise<FetchResult> => {
  let content: RemoteContent;
  try {
    content = await request(item, node, signal);
  } catch (error) {
    return remoteFailure(error, signal);
  }
  const { body, sizeBytes } = content;
  return await publishContent(archive, item, { body, sizeBytes, discard: () => content.discard() }, signal);
};
