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
import { forgetKept, KeptOutput, type KeptOutputOptions } from '../resume/kept-output.ts';
import type { WalkCheckpoints } from '../resume/walk-checkpoints.ts';

/** Where the bytes of an export go. Until it is finished, nothing is there under the final name. */
export interface ExportSink extends ByteSink, AsyncDisposable {
  finish(): Promise<FinishedSink>;
  /** Where the export can be broken off, and gone on with. */
  readonly checkpoints?: WalkCheckpoints | undefined;
}

export interface FinishedSink {
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal, where a checksum was asked for. */
  readonly sha256?: string | undefined;
  /** Bytes that an earlier run had written already, where the export may be resumed. */
  readonly keptBytes?: number | undefined;
}

export interface FileSinkOptions extends AbortOptions {
  readonly durability: Durability;
  readonly checksum: boolean;
  readonly force: boolean;
  /** Go on with what an earlier run has kept, and keep what this one does not finish. */
  readonly resume?: ResumeOptions | undefined;
  /** What a run without `resume` does not go on with is removed: so many bytes. */
  readonly onForgotten?: ((sizeBytes: number) => void) | undefined;
}

export type ResumeOptions = Pick<KeptOutputOptions, 'identity' | 'intervalMs' | 'events' | 'onMoved'>;

/** A file, put in place when it is whole and on disk, and `FILE.sha256sum` beside it, in the format of `sha256sum`. */
export async function openFileSink(path: string, options: FileSinkOptions): Promise<ExportSink> {
  const { durability, force, signal, resume, checksum } = options;
  await prepareTarget(path, options);
  const common = { durability, exclusive: !force, signal };
  if (resume !== undefined)
    return keptSink(path, checksum, await KeptOutput.open(path, { ...common, ...resume }), common);
  return checksum ? await checkedSink(path, common) : await plainSink(path, common);
}

/** Looks whether there is a place for the file, and removes what exports that were killed have left: as large as the snapshot itself. */
export async function prepareTarget(path: string, { force, resume, onForgotten }: FileSinkOptions): Promise<void> {
  await sweepTempFiles(dirname(resolve(path)));
  // Now, and not only when the file is put in place, hours later.
  if (!force && existsSync(path)) {
    // It may be ours, from a run that was killed at its very end.
    await forgetKept(path, { finishedOnly: true });
    throw new FileExistsError(path);
  }
  if (resume !== undefined) return;
  const forgottenBytes = await forgetKept(path);
  if (forgottenBytes > 0) onForgotten?.(forgottenBytes);
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
      await writeChecksum(path, sha256, common);
      return { sizeBytes, sha256 };
    },
    [Symbol.asyncDispose]: () => file.discard(),
  };
}

function keptSink(path: string, checksum: boolean, kept: KeptOutput, common: Common): ExportSink {
  return {
    checkpoints: kept,
    write: (bytes) => kept.write(bytes),
    async finish() {
      const sha256 = await kept.seal();
      await kept.commit();
      const { sizeBytes, keptBytes } = kept;
      if (!checksum) return { sizeBytes, keptBytes };
      await writeChecksum(path, sha256, common);
      return { sizeBytes, keptBytes, sha256 };
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

async function writeChecksum(path: string, sha256: string, { durability }: Common): Promise<void> {
  await writeFileAtomic(`${path}.sha256sum`, Buffer.from(`${sha256}  ${basename(path)}\n`), { durability });
}

/** Standard output, as fast as it is read. An abort does not wait for a reader that takes nothing. */
export function openStreamSink(stream: NodeJS.WritableStream, { signal }: AbortOptions = {}): ExportSink {
  let sizeBytes = 0;
  let rejectWrite: (reason: unknown) => void = () => undefined;
  const onAbort = (): void => rejectWrite(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    // The caller uses its buffer again, so the bytes must have left it.
    write: (bytes) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        rejectWrite = reject;
        sizeBytes += bytes.length;
        stream.write(bytes, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }),
    finish: () => Promise.resolve({ sizeBytes }),
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', onAbort);
      await Promise.resolve();
    },
  };
}
