import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlendFileTooLargeError, openBlendFile } from '@waybill/blendfile';
import type { BlockSpec } from '@waybill/blendfile/testing';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { scanBlend } from '../../src/trace/scan-blend.ts';
import { trace } from '../../src/trace/trace.ts';
import { blend, data, datablock, latin, placeholder, raw, write } from './support/blends.ts';

/** Strips that share one array of elements: each leads to all of them. */
function sharedElements(strips: number, elements: number): Uint8Array {
  const names = data(
    'StripElem',
    Array.from({ length: elements }, (_, index) => ({ name: `${index}.png` })),
  );
  const strip = data('Strip', { stripdata: names.address, dir: latin('//plates/') });
  const sequences = Array.from({ length: strips }, (): BlockSpec => data('Sequence', { strip: strip.address }));
  return blend([datablock('SC', 'Scene', 'scene', {}), ...sequences, strip, names]);
}

it('a file of placeholders without a library is done with in one pass', async () => {
  await using folder = await temporaryDirectory();
  const one = placeholder('IMa', 0xdeadn);
  await write(folder.path, 'shot.blend', blend(Array.from({ length: 60_000 }, () => one)));
  expect(await Array.fromAsync(trace(join(folder.path, 'shot.blend')))).toEqual([]);
});

it('a trace that goes on for long is ended by an abort, though nothing of it has to be waited for', async () => {
  await using folder = await temporaryDirectory();
  await write(folder.path, 'shot.blend', sharedElements(3000, 3000));
  const abort = new AbortController();
  const reason = new Error('enough');
  const tracing = Array.fromAsync(trace(join(folder.path, 'shot.blend'), { signal: abort.signal }));
  const ended = expect(tracing).rejects.toBe(reason);
  await sleep(50);
  abort.abort(reason);
  await ended;
});

it('structs that lead to each other more often than any project does are an error', async () => {
  await using file = await openBlendFile(sharedElements(30, 30));
  await expect(scanBlend({ file, mostSteps: 900 }, 'all')).rejects.toThrow(BlendFileTooLargeError);
  await expect(scanBlend({ file, mostSteps: 1000 }, 'all')).resolves.toHaveLength(30);
});

it('one text that many datablocks have for their path takes its room once for each, and not without end', async () => {
  const text = raw('x'.repeat(40_000));
  const users = Array.from({ length: 30 }, (_, index) => datablock('TX', 'Text', `t${index}`, { name: text.address }));
  await using file = await openBlendFile(blend([...users, text]));
  await expect(scanBlend({ file, mostPathBytes: 1_000_000 }, 'all')).rejects.toThrow(BlendFileTooLargeError);
  await expect(scanBlend({ file, mostPathBytes: 1_200_000 }, 'all')).resolves.toHaveLength(30);
});
