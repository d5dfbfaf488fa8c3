import type { Archive } from '../../archive/archive.ts';
import type { RemoteContent } from '../../remote/remote-node.ts';
import type { BackfillNode } from '../backfill-node.ts';
import type { FetchResult } from './fetch-result.ts';
import { remoteFailure } from './fetch-result.ts';
import { publishContent } from './publish-content.ts';
import type { WantedItem } from '../compare/wanted-item.ts';
import type { WriteBacklog } from './write-backlog.ts';

export interface SingleFetch {
  readonly archive: Archive;
  readonly node: BackfillNode;
  readonly item: WantedItem;
  readonly signal: AbortSignal;
  readonly writes: WriteBacklog;
  /** Called once, maybe after `fetchSingle` has resolved. */
  readonly report: (item: WantedItem, result: FetchResult) => void;
}

const request = ({ item, node, signal }: SingleFetch): Promise<RemoteContent> =>
  item.kind === 'extra'
    ? node.fetchExtra(item.address.channel, item.address.name, { signal })
    : node.fetchSegment(item.address, { signal });

/**
 * Brings one item by a request of its own. Resolves when the next request may be sent: what is in memory goes on being
 * written meanwhile. Never rejects.
 */
export const fetchSingle = async (fetch: SingleFetch): Promise<void> => {
  const { item, signal, writes, report } = fetch;
  let content: RemoteContent;
  try {
    content = await request(fetch);
  } catch (error) {
    report(item, remoteFailure(error, signal));
    return;
  }
  const published = publishContent(fetch.archive, item, content, signal).then((result) => report(item, result));
  // The bytes of extras are limited: the next one has to know how many this one was.
  const mayGoOn = content.body instanceof Uint8Array && item.kind !== 'extra';
  await (mayGoOn ? writes.add(published) : published);
};
