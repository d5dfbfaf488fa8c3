import { PACKET_BYTES } from './packet.ts';
import { SoundTrimmer } from './sound-trimmer.ts';
import type { SoundTrim } from './sound-trimmer.ts';
import type { PacketBlock } from './whole-packets.ts';

/** How much of a part is held until the last frame that is left out has come: several times as much as at any rate in use. */
const LONGEST_HELD_BYTES = 4 * 1024 * 1024;

/**
 * Passes the blocks of a part on, without the frames that are to be left out at its start.
 * @param trims Asked for when the first block has come.
 */
export async function* trimSound(
  blocks: AsyncIterable<PacketBlock>,
  trims: () => readonly SoundTrim[],
): AsyncGenerator<PacketBlock, void, undefined> {
  let trimmers: SoundTrimmer[] | undefined;
  let held: PacketBlock[] = [];
  let heldBytes = 0;
  for await (const block of blocks) {
    trimmers ??= trims().map((trim) => new SoundTrimmer(trim));
    if (trimmers.length === 0) {
      yield block;
      continue;
    }
    held.push(block);
    heldBytes += block.bytes.length;
    offerAll(trimmers, block);
    if (heldBytes < LONGEST_HELD_BYTES && !trimmers.every(({ isDone }) => isDone)) continue;
    trimmers = [];
    yield* held;
    held = [];
  }
  for (const trimmer of trimmers ?? []) trimmer.finish();
  yield* held;
}

function offerAll(trimmers: readonly SoundTrimmer[], { bytes }: PacketBlock): void {
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) for (const trimmer of trimmers) trimmer.offer({ bytes, at });
}
