/** One line of a chat batch: what the chat archiver of wubloader writes. Other members are passed on as they are. */
export interface ChatMessage {
  /** Seconds since the epoch: the earliest time at which it may have been sent. */
  readonly time: number;
  /** Seconds after `time` by which it was sent at the latest. */
  readonly time_range: number;
  /** When which node received it. */
  readonly receivers?: Readonly<Record<string, number>>;
  readonly tags?: Readonly<Record<string, unknown>> | null;
}

const decoder = new TextDecoder();

/** Messages of a batch (NDJSON), and how many lines were none. */
export function parseChatBatch(bytes: Uint8Array): { messages: ChatMessage[]; invalidLines: number } {
  const lines = decoder
    .decode(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const messages = lines.map(parseLine).filter((message) => message !== undefined);
  return { messages, invalidLines: lines.length - messages.length };
}

function parseLine(line: string): ChatMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isChatMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isChatMessage(value: unknown): value is ChatMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { time, time_range: timeRange } = value as Record<string, unknown>;
  return typeof time === 'number' && typeof timeRange === 'number';
}
