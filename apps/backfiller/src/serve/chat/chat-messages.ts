import { isChatName, parseChatName, parseHour, selectionHours } from '@waybill/segments';
import type { Logger } from '@waybill/http-kit';
import type { Archive, SegmentAddress } from '../../archive/archive.ts';
import { ChatTooLargeError } from '../serve-errors.ts';
import { parseChatBatch } from './chat-message.ts';
import type { ChatMessage } from './chat-message.ts';
import { mergeMessages, sortMessages } from './merge-messages.ts';

const QUALITY = 'chat';
/** Length of a batch. A message with a wide range of times may even lie in the batch before its neighbour's. */
const BATCH_MICROS = 60_000_000;
/** Two hours of the busiest chat known have about 30 MB. */
const MAX_BYTES = 128 * 1024 * 1024;
/** A batch is replaced by a merged one of another name: what is gone is looked for again under its new name. */
const MAX_LISTINGS = 4;

/** Messages of [startMicros, endMicros), merged from all batches that may hold some, sorted. */
export async function chatMessages(
  archive: Archive,
  logger: Logger,
  channel: string,
  startMicros: number,
  endMicros: number,
): Promise<ChatMessage[]> {
  const messages = await readBatches(archive, logger, channel, startMicros, endMicros);
  const [start, end] = [startMicros / 1e6, endMicros / 1e6];
  return sortMessages(messages.filter(({ time, time_range: timeRange }) => start <= time + timeRange && time < end));
}

async function readBatches(
  archive: Archive,
  logger: Logger,
  channel: string,
  startMicros: number,
  endMicros: number,
): Promise<ChatMessage[]> {
  for (let attempt = 1; ; attempt++) {
    const addresses = await batchesAround(archive, channel, startMicros, endMicros);
    const messages = await mergeBatches(archive, logger, addresses, attempt === MAX_LISTINGS);
    if (messages !== undefined) return messages;
  }
}

/** Undefined where a batch is gone and must not be. */
async function mergeBatches(
  archive: Archive,
  logger: Logger,
  addresses: readonly SegmentAddress[],
  mayMiss: boolean,
): Promise<ChatMessage[] | undefined> {
  let messages: ChatMessage[] = [];
  let totalBytes = 0;
  for (const address of addresses) {
    const bytes = await contentOf(archive, address);
    if (bytes === undefined && !mayMiss) return undefined;
    totalBytes += bytes?.length ?? 0;
    if (totalBytes > MAX_BYTES) throw new ChatTooLargeError(MAX_BYTES);
    const batch = parseChatBatch(bytes ?? new Uint8Array());
    if (batch.invalidLines > 0)
      logger.warn({ ...address, invalidLines: batch.invalidLines }, 'Chat batch holds lines that are no messages');
    messages = mergeMessages(messages, batch.messages);
  }
  return messages;
}

async function batchesAround(
  archive: Archive,
  channel: string,
  startMicros: number,
  endMicros: number,
): Promise<SegmentAddress[]> {
  const [fromMicros, toMicros] = [startMicros - 2 * BATCH_MICROS, endMicros + BATCH_MICROS];
  const found: SegmentAddress[] = [];
  for (const hour of selectionHours(fromMicros, toMicros)) {
    const hourMicros = parseHour(hour);
    const { names } = await archive.listHour(channel, QUALITY, hour);
    for (const name of names.filter(isChatName)) {
      const batchMicros = hourMicros + parseChatName(name).startMicros;
      if (fromMicros < batchMicros && batchMicros < toMicros) found.push({ channel, quality: QUALITY, hour, name });
    }
  }
  return found;
}

async function contentOf(archive: Archive, address: SegmentAddress): Promise<Uint8Array | undefined> {
  const content = await archive.open(address);
  if (content === undefined) return undefined;
  if (content.bytes !== undefined) return content.bytes;
  if (content.sizeBytes > MAX_BYTES) {
    await content.close();
    throw new ChatTooLargeError(MAX_BYTES);
  }
  return Buffer.concat(await Array.fromAsync(content.stream()));
}
