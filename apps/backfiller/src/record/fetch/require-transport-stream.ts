import { ResponseInvalidError } from '@waybill/http-kit';
import { PACKET_BYTES, SYNC_BYTE } from '../../cut/mpeg-ts/packet.ts';

interface Head {
  readonly bytes: Uint8Array;
  /** `more`: the source goes on. `over`: these bytes are all. Else why it broke off behind them. */
  readonly then: 'more' | 'over' | { readonly reason: unknown };
}

const ID3 = Buffer.from('ID3');

/**
 * Hands MPEG-TS on as it is, and anything else not at all: an error page with status 200 is no segment. The first packet begins at byte 0
 * (RFC 8216 section 3.2), the second one right behind it; of what broke off inside the first, the first byte counts. Empty content passes.
 * Throws ResponseInvalidError before its first chunk, and what the source throws.
 * @param url For the error.
 */
export async function* requireTransportStream(
  source: AsyncIterable<Uint8Array>,
  url: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    const head = await readHead(iterator);
    const problem = problemOf(head);
    if (problem !== undefined) throw new ResponseInvalidError({ url, problem });
    if (head.bytes.length > 0) yield head.bytes;
    if (typeof head.then === 'object') throw head.then.reason;
    if (head.then === 'more') yield* { [Symbol.asyncIterator]: () => iterator };
  } finally {
    await iterator.return?.();
  }
}

/** Until the first byte of the second packet. */
async function readHead(iterator: AsyncIterator<Uint8Array>): Promise<Head> {
  let bytes: Uint8Array = new Uint8Array(0);
  while (bytes.length <= PACKET_BYTES) {
    try {
      const next = await iterator.next();
      if (next.done === true) return { bytes, then: 'over' };
      bytes = Buffer.concat([bytes, next.value]);
    } catch (reason) {
      return { bytes, then: { reason } };
    }
  }
  return { bytes, then: 'more' };
}

function problemOf({ bytes, then }: Head): string | undefined {
  if (bytes.length === 0) return undefined;
  if (ID3.equals(bytes.subarray(0, ID3.length))) return 'packed audio (it begins with ID3); only MPEG-TS is recorded';
  if (bytes[0] !== SYNC_BYTE) return 'no MPEG-TS: it does not begin with 0x47';
  // Plain text may begin with a G.
  if (then === 'over' && bytes.length < PACKET_BYTES) return 'no MPEG-TS: it is shorter than a packet';
  if (bytes.length > PACKET_BYTES && bytes[PACKET_BYTES] !== SYNC_BYTE) return 'no MPEG-TS: no 0x47 at byte 188';
  return undefined;
}
