import { addAmt } from './amt.ts';
import type { ChainKit } from './chain-kit.ts';

/** Every third message or so is signed with secp256k1, which is a block around the message. */
const SECP_SHARE = 0.35;

/** A signature of secp256k1: type 1, then 65 bytes. */
const SECP_SIGNATURE_BYTES = 65;

/** The messages of one block of a tipset. */
export interface BlockMessages {
  /** CID of the block `[BlsMessages, SecpkMessages]`. */
  readonly meta: Uint8Array;
  readonly bls: readonly Uint8Array[];
  readonly secp: readonly Uint8Array[];
}

/** @param earlier Messages of the blocks before it in the same tipset: some come again. */
export function addBlockMessages(kit: ChainKit, earlier: readonly BlockMessages[]): BlockMessages {
  const { numbers, options } = kit;
  const count = numbers.below(2 * options.messagesPerBlock + 1);
  const bls: Uint8Array[] = [];
  const secp: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const signed = numbers.chance(SECP_SHARE);
    const list = signed ? secp : bls;
    const again = numbers.chance(options.sharedMessageChance) ? pick(kit, earlier, signed) : undefined;
    const cid = again ?? addMessage(kit, signed);
    if (!list.includes(cid)) list.push(cid);
  }
  return { meta: addMeta(kit, bls, secp), bls, secp };
}

/** `[BlsMessages, SecpkMessages]`, each the root of an AMT whose values are links to messages. */
export function addMeta(kit: ChainKit, bls: readonly Uint8Array[], secp: readonly Uint8Array[]): Uint8Array {
  const roots = [bls, secp].map((list) =>
    addAmt(kit.sink, kit.writer, {
      count: list.length,
      writeValue: (writer, index) => writer.link(list[index] as Uint8Array),
    }),
  );
  kit.writer.start().array(2);
  for (const root of roots) kit.writer.link(root);
  const content = kit.writer.written();
  return bls.length + secp.length === 0 ? kit.sink.dagCborForEver(content) : kit.sink.dagCborOnce(content);
}

function pick(kit: ChainKit, earlier: readonly BlockMessages[], signed: boolean): Uint8Array | undefined {
  if (earlier.length === 0) return undefined;
  const block = earlier[kit.numbers.below(earlier.length)] as BlockMessages;
  const list = signed ? block.secp : block.bls;
  return list[kit.numbers.below(list.length)];
}

export function addMessage(kit: ChainKit, signed: boolean): Uint8Array {
  const { writer, numbers } = kit;
  writer.start();
  if (signed) writer.array(2);
  writer
    .array(10)
    .int(0)
    .bytes(kit.address(numbers.below(1 << 20)))
    .bytes(kit.address(numbers.below(1 << 20)))
    .int(numbers.next())
    .bytes(kit.amount())
    .int(numbers.below(1e10))
    .bytes(kit.amount())
    .bytes(kit.amount())
    .int(numbers.below(40))
    .bytes(kit.unique(), kit.random(paramsBytes(kit)));
  if (signed) writer.bytes(Uint8Array.of(1), kit.random(SECP_SIGNATURE_BYTES));
  return kit.sink.dagCbor(writer.written());
}

/** Most messages carry little; a few carry a proof of some kilobytes. */
function paramsBytes({ numbers }: ChainKit): number {
  return numbers.chance(0.03) ? numbers.below(8000) : numbers.below(200);
}
