import { expect, it } from 'vitest';
import { exportRangeRule } from '../../src/walk/export-rule.ts';
import { exportSnapshot } from '../../src/export/export-snapshot.ts';
import type { ExportFormat } from '../../src/export/export-format.ts';
import type { ChainSource } from '../../src/store/chain-source.ts';

const root = Uint8Array.from(Buffer.from(`0171a0e40220${'07'.repeat(32)}`, 'hex'));
const rule = exportRangeRule({ tailHeight: 0, messages: true, receipts: true, stateRoots: true });
/** Hard to compress, so that there is something to write in every format. */
const data = crypto.getRandomValues(new Uint8Array(60_000));

it.each<ExportFormat>(['car', 'zstd', 'forest'])(
  'a walk that fails while a part of its %s is being written gives the file up when that has ended',
  async (format) => {
    const events: string[] = [];
    const [begun, ended] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const source = {
      walk: async ({ writer }: Parameters<ChainSource['walk']>[0]) => {
        for (let round = 0; round < 20; round += 1) writer.pushBlock(root, data);
        await writer.writeBehind();
        await begun.promise;
        throw new RangeError('a block is missing');
      },
    } as unknown as ChainSource;
    const sink = {
      write: async () => {
        begun.resolve(undefined);
        await ended.promise;
        events.push('written');
      },
      finish: () => Promise.reject(new TypeError('finished')),
      [Symbol.asyncDispose]: () => Promise.resolve(void events.push('given up')),
    };
    const settings = {
      format,
      snapshotVersion: 1,
      writeBufferBytes: 1000,
      level: 1,
      workers: 1,
      verify: false,
    } as const;
    const exported = exportSnapshot({
      ...{ source, head: [root], rule, range: { tailHeight: 0, headHeight: 0 }, settings },
      openSink: () => Promise.resolve(sink),
    });
    setTimeout(() => ended.resolve(undefined), 100);
    await expect(exported).rejects.toThrow('a block is missing');
    expect(events.at(-1)).toBe('given up');
    expect(new Set(events)).toEqual(new Set(['written', 'given up']));
  },
);
