import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { wrapCarV2 } from '@waybill/car';
import { openUnhashedWriter, tempMark } from '@waybill/common';
import { type ExportSink, type FileSinkOptions, openFileSink } from './export-sink.ts';

/**
 * Takes a CARv1 and makes a CARv2 with an index of it. Sizes stand in front in a CARv2, so that the CARv1 is gathered in a temp file
 * beside the target first: twice the space is needed.
 */
export async function openCarV2Sink(path: string, options: FileSinkOptions): Promise<ExportSink> {
  const target = await openFileSink(path, options);
  const { signal } = options;
  // A name that a sweep knows; the nanoseconds keep it apart from those of other temp files.
  const inner = join(dirname(resolve(path)), `.waybill.${tempMark()}.${process.hrtime.bigint()}.temp`);
  const file = await openUnhashedWriter(inner, { durability: 'none', signal });
  return {
    write: (bytes) => file.write(bytes),
    async finish() {
      await file.commit();
      await wrapCarV2(inner, target, { signal });
      await rm(inner);
      return await target.finish();
    },
    async [Symbol.asyncDispose]() {
      await file.discard();
      await rm(inner, { force: true });
      await target[Symbol.asyncDispose]();
    },
  };
}
