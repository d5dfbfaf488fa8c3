import { type BlockVerifier, CidParts, readCid, readVarint, varintLength } from '@waybill/car';

const cid = new CidParts();

/** Whether all of these frames, which stand one after the other, hold what their CIDs name. Throws CarError for bytes that are no frames. */
export function framesMatch(frames: Uint8Array, verifier: BlockVerifier): boolean {
  for (let at = 0; at < frames.length;) {
    const length = readVarint(frames, at, frames.length);
    const cidStart = at + varintLength(length);
    const end = cidStart + length;
    const dataStart = cidStart + readCid(frames, cidStart, end, cid);
    if (!verifier.matches(frames, cidStart, dataStart, end)) return false;
    at = end;
  }
  return true;
}
