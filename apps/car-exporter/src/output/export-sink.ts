import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ByteSink } from '@waybill/car';
import {
  type AbortOptions,
  type Durability,
  FileExistsError,
  openAtomicWriter,
  openUnhashedWriter,
  sweepTempFiles,
  writeFileAtomic,
} from '@waybill/common';
import { formatHex } from '@waybill/digest';

/** Where the bytes of an export go. Until it is finished, nothing is there under the final name. */
export interface ExportSink extends ByteSink, AsyncDisposable {
  finish(): Promise<FinishedSink>;
}

export interface FinishedSink {
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal, where a checksum was asked for. */
  readonly sha256?: string | undefined;
}

export interface FileSinkOptions extends AbortOptions {
  readonly durability: Durability;
  readonly checksum: boolean;
  readonly force: boolean;
}

/** A file, put in place when it is whole and on disk, and `FILE.sha256sum` beside it, in the format of `sha256sum`. */
export async function openFileSink(path: string, options: FileSinkOptions): Promise<ExportSink> {
  const { durability, force, signal } = options;
  // Now, and not only when the file is put in place, hours later.
  if (!force && existsSync(path)) throw new FileExistsError(path);
  // What an export that was killed has left: as large as the snapshot itself.
  await sweepTempFiles(dirname(resolve(path)));
  const common = { durability, exclusive: !force, signal };
  return options.checksum ? await checkedSink(path, common) : await plainSink(path, common);
}

type Common = Parameters<typeof openUnhashedWriter>[1] & object;

async function plainSink(path: string, common: Common): Promise<ExportSink> {
  const file = await openUnhashedWriter(path, common);
  return {
    write: (bytes) => file.write(bytes),
    finish: async () => ({ sizeBytes: await file.commit() }),
    [Symbol.asyncDispose]: () => file.discard(),
  };
}

async function checkedSink(path: string, common: Common): Promise<ExportSink> {
  const file = await openAtomicWriter(path, common);
  return {
    write: (bytes) => file.write(bytes),
    async finish() {
      const { sizeBytes, digest } = await file.commit();
      const sha256 = formatHex(digest);
      const line = `${sha256}  ${basename(path)}\n`;
      await writeFileAtomic(`${path}.sha256sum`, Buffer.from(line), { durability: common.durability });
      return { sizeBytes, sha256 };
    },
    [Symbol.asyncDispose]: () => file.discard(),
  };
}

/** Standard output, as fast as it is read. */
export function openStreamSink(stream: NodeJS.WritableStream, { signal }: AbortOptions = {}): ExportSink {
  let sizeBytes = 0;
  return {
    // The caller uses its buffer again, so the bytes must have left it.
    write: (bytes) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        sizeBytes += bytes.length;
        stream.write(bytes, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }),
    finish: () => Promise.resolve({ sizeBytes }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
