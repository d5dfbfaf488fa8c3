import { createHash } from 'node:crypto';
import { BytesEntry } from '../../src/execute/bytes-entry.ts';
import type { PackEntry, PackTarget, SendOptions, SentPack, TargetProgress } from '../../src/targets/pack-target.ts';

export interface Told {
  sentBytes: number;
  retries: number;
  /** By place. */
  done: Map<string, { how: 'sent' | 'present'; sizeBytes: number; sha256?: string | undefined }>;
}

export function listen(): { told: Told; progress: TargetProgress } {
  const told: Told = { sentBytes: 0, retries: 0, done: new Map() };
  const progress: TargetProgress = {
    bytesSent: (bytes) => (told.sentBytes += bytes),
    entryDone: ({ place }, how, facts) => void told.done.set(place, { how, ...facts }),
    retrying: () => (told.retries += 1),
  };
  return { told, progress };
}

export const CLOSING = [
  new BytesEntry('pack-info.txt', Buffer.from('info')),
  new BytesEntry('pack-manifest.json', Buffer.from('{}')),
];

/** Sends entries, and two small files after them. */
export async function sendAll(
  target: PackTarget,
  entries: readonly PackEntry[],
  options: Partial<SendOptions> = {},
): Promise<Told & { sent: SentPack; doneBeforeClosing: number }> {
  const { told, progress } = listen();
  let doneBeforeClosing = -1;
  const closing = async (): Promise<readonly PackEntry[]> => {
    doneBeforeClosing = told.done.size;
    return await Promise.resolve(CLOSING);
  };
  await target.prepare(entries);
  const sent = await target.send({ entries, closing }, { concurrency: 4, progress, ...options });
  return { ...told, sent, doneBeforeClosing };
}

/** Bytes that do not compress, and differ from each other. */
export function noise(seed: string, sizeBytes: number): Buffer {
  const block = createHash('sha512').update(seed).digest();
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += block.length) {
    block.writeUInt32LE(at >>> 0);
    bytes.set(block.subarray(0, Math.min(block.length, sizeBytes - at)), at);
  }
  return bytes;
}

/** An entry that comes in pieces of one buffer that is used again, as files do. */
export function pieceEntry(
  place: string,
  bytes: Uint8Array,
  hooks: { onPiece?: (at: number) => void } = {},
): PackEntry {
  const entry = new BytesEntry(place, bytes);
  return {
    ...{ place, source: undefined, sizeBytes: bytes.length },
    digest: () => entry.digest(),
    async *open({ start = 0, reuse = false, signal } = {}) {
      const buffer = Buffer.alloc(64 * 1024);
      for (let at = start; at < bytes.length; at += buffer.length) {
        signal?.throwIfAborted();
        hooks.onPiece?.(at);
        const piece = bytes.subarray(at, at + buffer.length);
        if (reuse) buffer.set(piece);
        yield await Promise.resolve(reuse ? buffer.subarray(0, piece.length) : piece);
      }
    },
  };
}
