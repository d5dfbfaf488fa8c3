import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ByteSink, wrapCarV2 } from '@waybill/car';
import { openUnhashedWriter, tempMark } from '@waybill/common';
import { KeptOutput } from '../resume/kept-output.ts';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';
import { type ExportSink, type FileSinkOptions, openFileSink, prepareTarget } from './export-sink.ts';

/**
 * Takes a CARv1 and makes a CARv2 with an index of it. Sizes stand in front in a CARv2, so that the CARv1 is gathered in a file
 * beside the target first: twice the space is needed.
 */
export async function openCarV2Sink(path: string, options: FileSinkOptions): Promise<ExportSink> {
  await prepareTarget(path, options);
  const inner = await openInner(path, options);
  return {
    checkpoints: inner.checkpoints,
    write: (bytes) => inner.write(bytes),
    async finish() {
      await inner.end();
      await using target = await openFileSink(path, { ...options, resume: undefined, onForgotten: undefined });
      await wrapCarV2(inner.path, target, options);
      const finished = await target.finish();
      await inner.remove();
      return { ...finished, keptBytes: inner.keptBytes?.() };
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** The CARv1. */
interface InnerFile extends ByteSink, AsyncDisposable {
  readonly path: string;
  readonly checkpoints?: WalkCheckpoints | undefined;
  readonly keptBytes?: (() => number) | undefined;
  /** Nothing more is written. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

async function openInner(path: string, { resume, durability, force, signal }: FileSinkOptions): Promise<InnerFile> {
  if (resume === undefined) return await openTempInner(path, signal);
  const kept = await KeptOutput.open(path, { durability, exclusive: !force, signal, ...resume });
  return {
    path: kept.path,
    checkpoints: kept,
    keptBytes: () => kept.keptBytes,
    write: (bytes) => kept.write(bytes),
    end: async () => {
      await kept.seal();
    },
    remove: () => kept.discard(),
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

async function openTempInner(path: string, signal: AbortSignal | undefined): Promise<InnerFile> {
  // A name that a sweep knows; the nanoseconds keep it apart from those of other temp files.
  const inner = join(dirname(resolve(path)), `.waybill.${tempMark()}.${process.hrtime.bigint()}.temp`);
  const file = await openUnhashedWriter(inner, { durability: 'none', signal });
  return {
    path: inner,
    write: (bytes) => file.write(bytes),
    end: async () => {
      await file.commit();
    },
    remove: () => rm(inner),
    async [Symbol.asyncDispose]() {
      await file.discard();
      await rm(inner, { force: true });
    },
  };
}
