import type { ChainKit } from './chain-kit.ts';

/** Sizes of a real header: a proof of the verifiable random function, a signature of BLS, a proof of space-time. */
const VRF_PROOF_BYTES = 96;
const BLS_SIGNATURE_BYTES = 96;
const POST_PROOF_BYTES = 192;

/** Seconds since 1970 of the genesis of the main network, and between two epochs. */
const GENESIS_SECONDS = 1_598_306_400;
const EPOCH_SECONDS = 30;

export interface HeaderInit {
  parents: readonly Uint8Array[];
  height: number;
  stateRoot: Uint8Array;
  receipts: Uint8Array;
  messages: Uint8Array;
}

export interface MadeHeader {
  readonly cid: Uint8Array;
  /** What the order within a tipset goes by: blake2b-256 of the ticket's proof. */
  readonly ticketDigest: Uint8Array;
}

/** Adds a block header: an array of 16, as cbor-gen writes it for Lotus. */
export function addHeader(kit: ChainKit, init: HeaderInit): MadeHeader {
  const { writer, numbers } = kit;
  const { parents, height } = init;
  // A genesis has no election, no proofs and no signatures.
  const mined = height > 0;
  const ticket = kit.random(VRF_PROOF_BYTES - 8);
  const proof = Uint8Array.of(...kit.unique(), ...ticket);
  writer.start().array(16);
  writer.bytes(kit.address(1000 + numbers.below(100_000)));
  writer.array(1).bytes(proof);
  writer
    .array(2)
    .int(mined ? 1 + numbers.below(3) : 0)
    .bytes(kit.random(mined ? VRF_PROOF_BYTES : 0));
  writeBeacons(kit, mined ? numbers.below(3) : 0, height);
  writer.array(mined ? 1 : 0);
  if (mined) writer.array(2).int(3).bytes(kit.random(POST_PROOF_BYTES));
  writer.array(parents.length);
  for (const parent of parents) writer.link(parent);
  writer.bytes(kit.amount()).int(height).link(init.stateRoot).link(init.receipts).link(init.messages);
  writeSignature(kit, mined);
  writer.int(GENESIS_SECONDS + EPOCH_SECONDS * height);
  writeSignature(kit, mined);
  writer.int(0).bytes(kit.amount());
  return { cid: kit.sink.dagCbor(writer.written()), ticketDigest: kit.sink.blake2b(proof) };
}

/** The order of a tipset: by the digest of the ticket, then by the bytes of the CID. */
export function sortTipset(headers: readonly MadeHeader[]): Uint8Array[] {
  const sorted = headers.toSorted(
    (one, other) => Buffer.compare(one.ticketDigest, other.ticketDigest) || Buffer.compare(one.cid, other.cid),
  );
  return sorted.map(({ cid }) => cid);
}

function writeBeacons(kit: ChainKit, count: number, height: number): void {
  kit.writer.array(count);
  for (let at = 0; at < count; at += 1)
    kit.writer
      .array(2)
      .int(height * 10 + at)
      .bytes(kit.random(96));
}

function writeSignature(kit: ChainKit, present: boolean): void {
  if (present) kit.writer.bytes(Uint8Array.of(2), kit.random(BLS_SIGNATURE_BYTES));
  else kit.writer.null();
}
