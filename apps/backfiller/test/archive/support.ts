import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatBase64Url, sha256 } from '@waybill/digest';
import { formatSegmentName } from '@waybill/segments';
import type { StoredSegmentType } from '@waybill/segments';
import { createFileArchive } from '../../src/archive/file-archive.ts';
import type { FileArchive, FileArchiveInit } from '../../src/archive/file-archive.ts';

export const CHANNEL = 'demo';
export const QUALITY = 'source';
export const HOUR = '2024-03-01T10';

export interface MadeSegment {
  name: string;
  content: Uint8Array;
  address: { channel: string; quality: string; hour: string; name: string };
}

export interface SegmentOptions {
  text?: string;
  type?: StoredSegmentType;
  hour?: string;
  seconds?: number;
  quality?: string;
}

/** A segment whose name is true, `startSeconds` into the hour. */
export function makeSegment(
  startSeconds: number,
  {
    text = `content ${startSeconds.toString()}`,
    type = 'full',
    hour = HOUR,
    seconds = 2,
    quality = QUALITY,
  }: SegmentOptions = {},
): MadeSegment {
  const content = new TextEncoder().encode(text);
  const startMicros = Math.round(startSeconds * 1_000_000);
  const name = formatSegmentName({
    startMicros,
    durationMicros: Math.round(seconds * 1e6),
    type,
    digest: sha256(content),
  });
  return { name, content, address: { channel: CHANNEL, quality, hour, name } };
}

export function makeChat(minute: number, messages: readonly object[]): MadeSegment {
  const content = new TextEncoder().encode(messages.map((message) => JSON.stringify(message)).join('\n'));
  const name = `${minute.toString().padStart(2, '0')}:00-${formatBase64Url(sha256(content))}.json`;
  return { name, content, address: { channel: CHANNEL, quality: 'chat', hour: HOUR, name } };
}

/** Puts a file in place as another process would: written beside, then renamed in by the caller or at once. */
export async function putFile(base: string, relativePath: string, content: Uint8Array | string = ''): Promise<string> {
  const file = path.join(base, relativePath);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

export async function putSegment(base: string, { address, content }: MadeSegment): Promise<string> {
  return putFile(base, `${address.channel}/${address.quality}/${address.hour}/${address.name}`, content);
}

/** An archive that syncs nothing and fails the test on background errors. */
export async function openArchive(
  baseDirectory: string,
  init: Partial<FileArchiveInit> = {},
): Promise<FileArchive & AsyncDisposable> {
  const archive = await createFileArchive({
    baseDirectory,
    durability: 'none',
    onError: (error) => {
      throw error;
    },
    ...init,
  });
  return Object.assign(archive, { [Symbol.asyncDispose]: async () => archive.close() });
}
