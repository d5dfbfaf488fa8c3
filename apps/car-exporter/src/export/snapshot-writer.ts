import { type ByteSink, CarWriter, type CidBytes, ForestWriter, type FrameWriter, ZstdSink } from '@waybill/car';
import type { ExportFormat } from './export-format.ts';
import { createMetadataBlock } from './snapshot-metadata-block.ts';

export interface SnapshotWriterInit {
  readonly sink: ByteSink;
  readonly head: readonly CidBytes[];
  readonly format: Exclude<ExportFormat, 'carv2'>;
  /** 1, or 2: with metadata in front (FRC-0108). */
  readonly snapshotVersion: 1 | 2;
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

/** Makes the writer for a format, and writes the metadata of a snapshot v2. */
export async function openSnapshotWriter(init: SnapshotWriterInit): Promise<SnapshotWriter> {
  const metadata = init.snapshotVersion === 2 ? await createMetadataBlock(init.head) : undefined;
  const roots = metadata === undefined ? init.head : [metadata.cid];
  const writer = openFormat(init, roots);
  if (metadata !== undefined) writer.frames.pushBlock(metadata.cid, metadata.data);
  return writer;
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
        [Symbol.asyncDispose]: () => zstd[Symbol.asyncDispose](),
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
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
