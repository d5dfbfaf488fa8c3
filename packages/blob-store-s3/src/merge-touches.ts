import type { BlobInfo } from '@waybill/blob-store';
import type { ObjectInfo } from './object-client.ts';
import { parseShard } from './object-names.ts';

type Next = { readonly shard: string; readonly modifiedAtMs: number; readonly sizeBytes: number } | undefined;

async function next(iterator: AsyncIterator<ObjectInfo>, prefix: string): Promise<Next> {
  const result = await iterator.next();
  return result.done === true ? undefined : { ...result.value, shard: result.value.name.slice(prefix.length) };
}

/** Two sorted listings, read side by side: what is stored, and when it was last touched. Objects of others are passed over. */
export async function* mergeTouches(
  blobs: { prefix: string; objects: AsyncIterable<ObjectInfo> },
  touched: { prefix: string; objects: AsyncIterable<ObjectInfo> },
): AsyncGenerator<BlobInfo, void, undefined> {
  const touches = touched.objects[Symbol.asyncIterator]();
  try {
    let touch = await next(touches, touched.prefix);
    for await (const { name, modifiedAtMs } of blobs.objects) {
      const shard = name.slice(blobs.prefix.length);
      while (touch !== undefined && touch.shard < shard) touch = await next(touches, touched.prefix);
      const key = parseShard(shard);
      if (key === undefined) continue;
      const touchedAtMs = touch?.shard === shard ? touch.modifiedAtMs : 0;
      yield { key, referencedAtMs: Math.max(modifiedAtMs, touchedAtMs) };
    }
  } finally {
    await touches.return?.();
  }
}
