import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { AbortOptions } from '@waybill/common';
import type { ByteSource } from '../source/byte-source.ts';
import { type ChunkOptions, storedChunks } from '../source/stored-chunks.ts';
import { encodeSeekTable, type ZstdFrames } from '../source/zstd-seek-table.ts';
import type { ContentEdit } from './blend-edits.ts';
import { mapOrdered } from './map-ordered.ts';
import { rechunk } from './rechunk.ts';
import { splice } from './splice.ts';

const compress = promisify(zstdCompress);

/** What Blender cuts large data into. Frames of the original that are somewhat larger stay one frame. */
const FRAME_BYTES = 1024 * 1024;
const LARGEST_KEPT_FRAME_BYTES = 2 * FRAME_BYTES;
/** The level that Blender takes. */
const LEVEL = 3;
const CONCURRENCY = Math.min(availableParallelism(), 4);

interface FrameSize {
  storedBytes: number;
  contentBytes: number;
}

/** A content as zstd frames with a seek table behind them. */
export async function* zstdFramed(
  content: ByteSource,
  edits: readonly ContentEdit[],
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const sizes: FrameSize[] = [];
  yield* compressed(splice(content, 0, content.sizeBytes, edits, options), FRAME_BYTES, sizes);
  yield encodeSeekTable(sizes);
}

/** The same for a file that has frames already: those without an edit are passed on as they are. */
export async function* zstdReframed(
  stored: ByteSource,
  content: ByteSource,
  { count, storedOffsets, contentOffsets }: ZstdFrames,
  edits: readonly ContentEdit[],
  options: ChunkOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { signal } = options;
  // Pieces on their way into the compressor are kept there.
  const keepable = { ...(signal && { signal }) };
  const sizes: FrameSize[] = [];
  const contentStart = (frame: number): number => contentOffsets[frame] ?? 0;
  const storedStart = (frame: number): number => storedOffsets[frame] ?? 0;
  let edit = 0;
  for (let frame = 0; frame < count;) {
    const start = contentStart(frame);
    const firstEdit = edit;
    let next = frame + 1;
    // A field can lie across the border of two frames: these become one stretch.
    for (let inside = edits[edit]; inside !== undefined && inside.offset < contentStart(next); inside = edits[edit]) {
      while (next < count && inside.offset + inside.removedBytes > contentStart(next)) next += 1;
      edit += 1;
    }
    if (edit > firstEdit) {
      const spliced = splice(content, start, contentStart(next), edits.slice(firstEdit, edit), keepable);
      yield* compressed(spliced, LARGEST_KEPT_FRAME_BYTES, sizes);
    } else {
      sizes.push({ storedBytes: storedStart(next) - storedStart(frame), contentBytes: contentStart(next) - start });
      yield* storedChunks(stored, storedStart(frame), storedStart(next), options);
    }
    frame = next;
  }
  yield encodeSeekTable(sizes);
}

async function* compressed(
  chunks: AsyncIterable<Uint8Array>,
  frameBytes: number,
  sizes: FrameSize[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const framed = mapOrdered(rechunk(chunks, frameBytes), CONCURRENCY, async (bytes) => {
    const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
    return { bytes: await compress(bytes, { params, pledgedSrcSize: bytes.length }), contentBytes: bytes.length };
  });
  for await (const { bytes, contentBytes } of framed) {
    sizes.push({ storedBytes: bytes.length, contentBytes });
    yield bytes;
  }
}
