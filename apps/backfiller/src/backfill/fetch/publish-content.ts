import type { Archive, PublishOptions } from '../../archive/archive.ts';
import type { FetchResult } from './fetch-result.ts';
import { publishFailure, remoteFailure } from './fetch-result.ts';
import type { WantedItem } from '../compare/wanted-item.ts';
import { WatchedBody } from './watched-body.ts';

export interface ArrivedContent {
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  readonly sizeBytes: number | undefined;
  /** Called where the stream was not begun. */
  discard(): void;
}

const put = (archive: Archive, item: WantedItem, content: Uint8Array | WatchedBody, options: PublishOptions) =>
  item.kind === 'extra'
    ? archive.publishExtra(item.address.channel, item.address.name, content, options)
    : archive.publishSegment(item.address, content, { ...options, parsedName: item.segment });

/** Puts what a node sent for an item into the archive, which verifies it. Never rejects. */
export const publishContent = async (
  archive: Archive,
  item: WantedItem,
  arrived: ArrivedContent,
  signal: AbortSignal,
): Promise<FetchResult> => {
  const { body, sizeBytes } = arrived;
  const content = body instanceof Uint8Array ? body : new WatchedBody(body);
  const options = sizeBytes === undefined ? { signal } : { signal, expectedSizeBytes: sizeBytes };
  try {
    const { outcome, sizeBytes: written } = await put(archive, item, content, options);
    return { result: outcome, sizeBytes: written };
  } catch (error) {
    const broken = content instanceof WatchedBody ? content.failure : undefined;
    return broken === undefined ? publishFailure(error, signal) : remoteFailure(broken.error, signal);
  } finally {
    if (content instanceof WatchedBody && !content.begun) arrived.discard();
  }
};
