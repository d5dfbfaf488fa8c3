import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AbortOptions, type AtomicWriter, openAtomicWriter } from '@waybill/common';
import { BlendFileTooLargeError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { BytesSource } from './bytes-source.ts';
import { FileSource } from './file-source.ts';

/** What fits here stays in memory; most .blend files do, and need no temp file. */
const MEMORY_BYTES = 16 * 1024 * 1024;
/** More than any .blend file has that is stored as one stream, and an end for decompression bombs. */
const MOST_CONTENT_BYTES = 16 * 1024 ** 3;

export interface SpoolOptions extends AbortOptions {
  /** Where content goes that does not fit into memory; default: the system's folder for temporary files. */
  spoolDirectory?: string | undefined;
  /** Of the content of a file without random access; default 16 GiB. */
  maxContentBytes?: number | undefined;
}

/**
 * Takes content that comes in order and makes it readable from anywhere: up to 16 MiB in memory, else in a temp file
 * that has no name any more once it is complete, so that nothing is left behind after a crash.
 * Content is passed to `onChunk` on the way; what that throws ends the spooling.
 * @throws BlendFileTooLargeError; DiskFullError and other errors of the writer
 */
export async function spool(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  onChunk: (chunk: Uint8Array, offset: number) => void,
  options: SpoolOptions = {},
): Promise<ByteSource> {
  await using sink = new SpoolSink(file, options);
  let offset = 0;
  for await (const chunk of chunks) {
    const limit = options.maxContentBytes ?? MOST_CONTENT_BYTES;
    if (offset + chunk.length > limit) throw new BlendFileTooLargeError({ file, offset }, 'the content', limit);
    onChunk(chunk, offset);
    await sink.write(chunk);
    offset += chunk.length;
  }
  return await sink.toSource();
}

class SpoolSink implements AsyncDisposable {
  readonly #file: string;
  readonly #options: SpoolOptions;
  #inMemory: Uint8Array[] = [];
  #memoryBytes = 0;
  #tempPath = '';
  #writer: AtomicWriter | undefined;

  constructor(file: string, options: SpoolOptions) {
    this.#file = file;
    this.#options = options;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#writer !== undefined) {
      await this.#writer.write(chunk);
      return;
    }
    this.#inMemory.push(chunk);
    this.#memoryBytes += chunk.length;
    if (this.#memoryBytes > MEMORY_BYTES) await this.#moveToFile();
  }

  async toSource(): Promise<ByteSource> {
    if (this.#writer !== undefined) return await FileSource.open(this.#tempPath, { name: this.#file });
    const bytes = Buffer.concat(this.#inMemory, this.#memoryBytes);
    this.#inMemory = [];
    return new BytesSource(bytes, this.#file);
  }

  /** Removes the name of the temp file; who has opened it keeps the bytes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer?.discard();
  }

  /** The writer's own temp file is what is read: it is never put in place. */
  async #moveToFile(): Promise<void> {
    const { spoolDirectory = tmpdir(), signal } = this.#options;
    const tempName = (mark: string, sequence: number): string => {
      const name = `blend.waybill.${mark}.${sequence}.temp`;
      this.#tempPath = join(spoolDirectory, name);
      return name;
    };
    const options = { durability: 'none', mode: 0o600, tempName, ...(signal && { signal }) } as const;
    this.#writer = await openAtomicWriter(join(spoolDirectory, 'blend'), options);
    for (const chunk of this.#inMemory) await this.#writer.write(chunk);
    this.#inMemory = [];
  }
}
