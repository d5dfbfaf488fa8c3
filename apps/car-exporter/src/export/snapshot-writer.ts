import { type ByteSink, CarWriter, type CidBytes, ForestWriter, type FrameWriter, ZstdSink } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { type F3Data, writeF3Data } from './f3-data.ts';
import type { ExportFormat } from './export-format.ts';
import { createMetadataBlock } from './snapshot-metadata-block.ts';

export interface SnapshotWriterInit {
  readonly sink: ByteSink;
  readonly head: readonly CidBytes[];
  readonly format: Exclude<ExportFormat, 'carv2'>;
  /** 1, or 2: with metadata in front (FRC-0108). */
  readonly snapshotVersion: 1 | 2;
  /** The second block of a snapshot v2. */
  readonly f3Data?: F3Data | undefined;
  readonly writeBufferBytes: number;
  /** Of zstd. */
  readonly level: number;
}

/** A writer of frames, with what has to be ended behind it. */
export interface SnapshotWriter extends AsyncDisposable {
  readonly frames: FrameWriter;
  /** Writes what is left. The sink is not finished. */
  end(): Promise<void>;
}

/** Makes the writer for a format, and writes the metadata of a snapshot v2, and its F3 data. */
export async function openSnapshotWriter(
  init: SnapshotWriterInit,
  options: AbortOptions = {},
): Promise<SnapshotWriter> {
  const { f3Data, head } = init;
  const metadata = init.snapshotVersion === 2 ? await createMetadataBlock(head, f3Data?.cid) : undefined;
  const roots = metadata === undefined ? head : [metadata.cid];
  const writer = openFormat(init, roots);
  if (metadata === undefined) return writer;
  writer.frames.pushBlock(metadata.cid, metadata.data);
  try {
    if (f3Data !== undefined) await writeF3Data(f3Data, writer.frames, options);
    return writer;
  } catch (error) {
    await writer[Symbol.asyncDispose]();
    throw error;
  }
}

function openFormat(
  { sink, format, writeBufferBytes, level }: SnapshotWriterInit,
  roots: readonly CidBytes[],
): SnapshotWriter {
  switch (format) {
    case 'car':
      return plain(new CarWriter(sink, { roots, writeBufferBytes }));
    case 'forest':
      return plain(new ForestWriter(sink, { roots, writeBufferBytes, level }));
    case 'zstd': {
      const zstd = new ZstdSink(sink, { level });
      const frames = new CarWriter(zstd, { roots, writeBufferBytes });
      return {
        frames,
        end: async () => {
          await frames.end();
          await zstd.end();
        },
        async [Symbol.asyncDispose]() {
          await zstd[Symbol.asyncDispose]();
          await frames[Symbol.asyncDispose]();
        },
      };
    }
  }
}

function plain(frames: FrameWriter): SnapshotWriter {
  return {
    frames,
    end: async () => {
      await frames.end();
    },
    [Symbol.asyncDispose]: () => frames[Symbol.asyncDispose](),
  };
}
