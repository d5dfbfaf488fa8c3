import type { ChatMessage } from './chat-message.ts';

/** What two nodes see differently of one message. */
const NODE_SPECIFIC = new Set(['time', 'time_range', 'receivers']);

/**
 * Merges a batch into messages that were gathered so far. Two messages are one if they have the same id, or no id, agree
 * in all but when and by whom they were received, and their possible times overlap; the one that stays has the
 * overlap as its time and the receivers of both. A message takes at most one partner from a batch: two equal
 * messages in one batch are two. Messages with one id that disagree both stay; wubloader fails there.
 */
export function mergeMessages(gathered: readonly ChatMessage[], batch: readonly ChatMessage[]): ChatMessage[] {
  const merged = [...gathered];
  const unpaired = new Map<string, number[]>();
  for (const [index, message] of merged.entries()) {
    const key = identityOf(message);
    const indexes = unpaired.get(key);
    if (indexes === undefined) unpaired.set(key, [index]);
    else indexes.push(index);
  }
  for (const message of batch) {
    const indexes = unpaired.get(identityOf(message)) ?? [];
    const partner = indexes.findIndex((index) => overlaps(merged[index] as ChatMessage, message));
    if (partner === -1) {
      merged.push(message);
      continue;
    }
    const [index] = indexes.splice(partner, 1) as [number];
    merged[index] = union(merged[index] as ChatMessage, message);
  }
  return merged;
}

/** By time, then by the width of the time, then by content, so that the order does not depend on who was read first. */
export function sortMessages(messages: readonly ChatMessage[]): ChatMessage[] {
  const keyed = messages.map((message) => ({ message, text: canonicalText(message) }));
  keyed.sort(
    (a, b) =>
      a.message.time - b.message.time ||
      a.message.time_range - b.message.time_range ||
      (a.text < b.text ? -1 : Number(a.text > b.text)),
  );
  return keyed.map(({ message }) => message);
}

function identityOf(message: ChatMessage): string {
  return canonicalText(Object.fromEntries(Object.entries(message).filter(([key]) => !NODE_SPECIFIC.has(key))));
}

function overlaps(a: ChatMessage, b: ChatMessage): boolean {
  return Math.max(a.time, b.time) <= Math.min(endOf(a), endOf(b));
}

function union(a: ChatMessage, b: ChatMessage): ChatMessage {
  const time = Math.max(a.time, b.time);
  return { ...a, time, time_range: Math.min(endOf(a), endOf(b)) - time, receivers: { ...b.receivers, ...a.receivers } };
}

function endOf({ time, time_range: timeRange }: ChatMessage): number {
  return time + timeRange;
}

/** JSON with the members of every object in order. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
