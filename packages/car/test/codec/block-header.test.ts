import * as dagCbor from '@ipld/dag-cbor';
import { describe, expect, it } from 'vitest';
import { CarError, decodeBlockHeader, formatCid } from '../../src/index.ts';
import { cidOf } from '../support/blocks.ts';

const cid = (name: string): ReturnType<typeof cidOf> => cidOf(Buffer.from(name));
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function fields(): unknown[] {
  return [
    ...[bytes(0, 1), [bytes(7, 7)], [3, bytes(8)], [[5, bytes(9)]], [[3, bytes(1, 2, 3)]]],
    ...[[cid('p1'), cid('p2')], bytes(0, 200), 1234, cid('state'), cid('receipts'), cid('messages')],
    ...[bytes(2, 5), 1_600_000_000, bytes(2, 6), 0, bytes(0, 100)],
  ];
}

const decode = (value: unknown): ReturnType<typeof decodeBlockHeader> => {
  const encoded = dagCbor.encode(value);
  return decodeBlockHeader(encoded, 0, encoded.length);
};

describe('a block header', () => {
  it('is decoded as @ipld/dag-cbor encodes it', () => {
    const header = decode(fields());
    expect(header).toMatchObject({
      height: 1234,
      timestamp: 1_600_000_000,
      miner: bytes(0, 1),
      ticketProof: bytes(7, 7),
    });
    expect(header.parents.map(formatCid)).toEqual([cid('p1'), cid('p2')].map(String));
    expect(formatCid(header.parentStateRoot)).toBe(cid('state').toString());
    expect(formatCid(header.parentMessageReceipts)).toBe(cid('receipts').toString());
    expect(formatCid(header.messages)).toBe(cid('messages').toString());
    expect(header.parentWeight).toEqual(bytes(0, 200));
  });

  it('may lack ticket, election proof and signatures', () => {
    const value = fields();
    for (const at of [1, 2, 11, 13]) value[at] = null;
    expect(decode(value)).toMatchObject({ ticketProof: undefined, height: 1234 });
  });

  it('may have numbers of 64 bits where nobody asks for them: what a miner writes there breaks no export', () => {
    const most = 2n ** 64n - 1n;
    const value = fields();
    value[2] = [-(2n ** 63n), bytes(8)];
    value[3] = [[most, bytes(9)]];
    value[4] = [[most, bytes(1)]];
    value[14] = most;
    expect(decode(value)).toMatchObject({ height: 1234, timestamp: 1_600_000_000 });
  });

  it('ends early at every point with an offset', () => {
    const encoded = dagCbor.encode(fields());
    for (let end = 0; end < encoded.length; end += 1) {
      const failure: unknown = expect.objectContaining({
        code: 'ERR_CAR_TRUNCATED',
        offset: expect.any(Number) as number,
      });
      expect(() => decodeBlockHeader(encoded, 0, end), `cut at ${end}`).toThrow(failure);
    }
  });

  it('is refused where any field is of another kind', () => {
    const count = fields().length;
    for (let at = 0; at < count; at += 1) {
      const value = fields();
      value[at] = 'text';
      expect(() => decode(value), `field ${at}`).toThrow(CarError);
    }
  });

  it.each([
    ['15 fields', fields().slice(1), 'ERR_CBOR_INVALID'],
    ['17 fields', [...fields(), 1], 'ERR_CBOR_INVALID'],
    ['a negative height', fields().with(7, -1), 'ERR_BLOCK_HEADER_INVALID'],
    ['a height of 2^53', fields().with(7, 2n ** 53n), 'ERR_CBOR_INVALID'],
    ['a timestamp of -2^53', fields().with(12, -(2n ** 53n)), 'ERR_CBOR_INVALID'],
  ])('is refused with %s', (_what, value, code) => {
    expect(() => decode(value)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused when bytes follow it', () => {
    const encoded = Buffer.concat([dagCbor.encode(fields()), Buffer.of(0)]);
    const failure: unknown = expect.objectContaining({ code: 'ERR_BLOCK_HEADER_INVALID', offset: encoded.length - 1 });
    expect(() => decodeBlockHeader(encoded, 0, encoded.length)).toThrow(failure);
  });

  it.each([
    ['another tag than 42', 0, 0xc1],
    ['a link without a 0 in front', 4, 1],
    ['a link that is no byte string', 2, 0x78],
  ])('is refused with %s', (_what, at, value) => {
    const encoded = Buffer.from(dagCbor.encode(fields()));
    const link = Buffer.concat([Buffer.of(0xd8, 0x2a, 0x58, 0x27, 0), cid('state').bytes]);
    const start = encoded.indexOf(link);
    encoded[start + at] = value;
    if (at === 0) encoded.copyWithin(start + 1, start + 2);
    expect(() => decodeBlockHeader(encoded, 0, encoded.length)).toThrow(
      expect.objectContaining({ code: 'ERR_CBOR_INVALID' }),
    );
  });

  it('takes the largest numbers that are exact', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(decode(fields().with(7, most).with(12, -most))).toMatchObject({ height: most, timestamp: -most });
  });
});
