import type { AbortOptions } from '@waybill/common';
import { FixTs } from './fix-ts.ts';
import { PACKET_BYTES } from './packet.ts';
import type { SoundTrim } from './sound-trimmer.ts';
import { StreamHead } from './stream-head.ts';
import { trimSound } from './trim-sound.ts';
import type { PacketBlock } from './whole-packets.ts';
import { wholePackets } from './whole-packets.ts';

export interface TsPart {
  readonly content: AsyncIterable<Uint8Array>;
  /** Says in errors where the content came from. */
  readonly name?: string | undefined;
  /** Where it has to begin in the output; default: right behind the part before. */
  readonly atTicks?: number | undefined;
  /** Follows the part before by one frame even where the timestamps of both nearly fit; default false: those that do stay. */
  readonly isCut?: boolean | undefined;
}

/** How much of a part is held to see where its streams begin: several seconds of sound at any rate that is in use. */
const LONGEST_HEAD_BYTES = 4 * 1024 * 1024;

/** Puts parts one after the other on one timeline: see FixTs. A part without tables goes on with those before. Throws TsInvalidError. */
export async function* fixTimestamps(
  parts: AsyncIterable<TsPart>,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const fix = new FixTs();
  for await (const { content, name, atTicks, isCut } of parts) {
    let trims: readonly SoundTrim[] = [];
    const blocks = withHead(wholePackets(content, name), ({ program, starts, pcr }) => {
      trims = fix.beginPart({ program, starts, pcr, atTicks, isCut });
    });
    for await (const block of trimSound(blocks, () => trims)) {
      signal?.throwIfAborted();
      fix.rewrite(block);
      yield block.bytes;
    }
  }
}

/** Passes blocks on; the first of them when it is known where the streams begin, which `onHead` is told before. */
async function* withHead(
  blocks: AsyncIterable<PacketBlock>,
  onHead: (head: StreamHead) => void,
): AsyncGenerator<PacketBlock, void, undefined> {
  const head = new StreamHead();
  let held: PacketBlock[] | undefined = [];
  for await (const block of blocks) {
    if (held === undefined) {
      yield block;
      continue;
    }
    held.push(block);
    for (let at = 0; at < block.bytes.length; at += PACKET_BYTES) head.offer(block.bytes, at);
    if (!head.isComplete && block.offsetBytes + block.bytes.length < LONGEST_HEAD_BYTES) continue;
    onHead(head);
    yield* held;
    held = undefined;
  }
  if (held === undefined) return;
  onHead(head);
  yield* held;
}
