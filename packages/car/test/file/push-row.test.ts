import { describe, expect, test } from 'vitest';
import { CarWriter, encodeVarint, ForestWriter, type FrameWriter } from '../../src/index.ts';
import { generateChain } from '../../src/testing/index.ts';

interface Made {
  readonly writer: FrameWriter;
  readonly bytes: () => Buffer;
}

function made(create: (sink: { write: (bytes: Uint8Array) => Promise<void> }) => FrameWriter): Made {
  const parts: Buffer[] = [];
  const write = (bytes: Uint8Array): Promise<void> => {
    parts.push(Buffer.from(bytes));
    return Promise.resolve();
  };
  return { writer: create({ write }), bytes: () => Buffer.concat(parts) };
}

describe.each(['CarWriter', 'ForestWriter'] as const)('a row of frames in a %s', (kind) => {
  test('is the same as its frames one by one', async () => {
    const chain = await generateChain('tiny');
    const roots = chain.summary().headCids;
    const frames = Array.from(chain.blocks(), ({ cid, data }) =>
      Buffer.concat([encodeVarint(cid.length + data.length), cid, data]),
    );
    const create = (sink: { write: (bytes: Uint8Array) => Promise<void> }): FrameWriter =>
      kind === 'CarWriter' ? new CarWriter(sink, { roots }) : new ForestWriter(sink, { roots });
    const [single, rows] = [made(create), made(create)];
    for (const frame of frames) single.writer.push(frame, 0, frame.length);
    for (let at = 0; at < frames.length; at += 100) {
      const some = frames.slice(at, at + 100);
      const row = Buffer.concat([Buffer.from('xx'), ...some]);
      rows.writer.pushRow(row, 2, row.length, some.length);
    }
    expect(await rows.writer.end()).toEqual(await single.writer.end());
    expect(rows.bytes().equals(single.bytes())).toBe(true);
  });
});
