import { addAmt } from './amt.ts';
import type { CborWriter } from './cbor-writer.ts';
import type { ChainKit } from './chain-kit.ts';

/** The kinds of loss, each as likely as the others: the root, a node below it, the events of one receipt. */
type Loss = 'none' | 'root' | 'node' | 'events';
const LOSSES: readonly Loss[] = ['root', 'node', 'events'];

/**
 * The receipts of a tipset's messages: an AMT of `[exit, return, gas, events | null]`. A node that was synchronised from a
 * snapshot lacks them, in whole or in part.
 * @returns The CID of the root, whether it is in the store or not.
 */
export function addReceipts(kit: ChainKit, messageCount: number): Uint8Array {
  const loss = lossOf(kit);
  const lostEvents = loss === 'events' ? kit.numbers.below(messageCount) : -1;
  const events: (Uint8Array | undefined)[] = [];
  for (let index = 0; index < messageCount; index += 1) {
    const lost = index === lostEvents;
    events.push(lost || kit.numbers.chance(0.25) ? addEvents(kit, lost) : undefined);
  }
  return addAmt(kit.sink, kit.writer, {
    count: messageCount,
    writeValue: (writer, index) => writeReceipt(kit, writer, events[index]),
    dropRoot: loss === 'root',
    dropNode: loss === 'node' ? kit.numbers.below(Math.ceil(messageCount / 8)) : -1,
  });
}

function lossOf({ numbers, options }: ChainKit): Loss {
  if (!numbers.chance(options.droppedReceiptsChance)) return 'none';
  return LOSSES[numbers.below(LOSSES.length)] as Loss;
}

function writeReceipt(kit: ChainKit, writer: CborWriter, events: Uint8Array | undefined): void {
  const { numbers } = kit;
  writer.array(4).int(numbers.chance(0.05) ? 1 + numbers.below(40) : 0);
  writer.bytes(kit.unique(), kit.random(numbers.below(30))).int(numbers.below(1e10));
  if (events === undefined) writer.null();
  else writer.link(events);
}

/** An AMT of version 3, `[bitWidth, height, count, node]`, of events `[emitter, [[flags, key, codec, value]…]]`. */
function addEvents(kit: ChainKit, lost: boolean): Uint8Array {
  const { writer, numbers } = kit;
  const count = 1 + numbers.below(3);
  writer.start().array(4).int(3).int(0).int(count);
  writer
    .array(3)
    .bytes(Uint8Array.of((1 << count) - 1))
    .array(0)
    .array(count);
  for (let event = 0; event < count; event += 1) {
    writer.array(2).int(numbers.below(1e6)).array(2);
    writer.array(4).int(3).text('t1').int(0x55).bytes(kit.random(32));
    writer
      .array(4)
      .int(3)
      .text('d')
      .int(0x55)
      .bytes(kit.unique(), kit.random(numbers.below(64)));
  }
  return lost ? kit.sink.drop(writer.written()) : kit.sink.dagCbor(writer.written());
}
