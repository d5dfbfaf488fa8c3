import { abortableSleep } from '@waybill/common';
import type { MissingFile, ShamanFile } from '@waybill/shaman-protocol';
import { FilesUnsentError } from './client-errors.ts';
import { type HashedFile, keyOf } from './hashed-files.ts';
import { type RoundInit, type RoundResult, SendRound } from './send-round.ts';
import { retryPauseMs } from './small-requests.ts';
import type { UploadContext } from './upload-context.ts';

/** Attempts that bring the server no file more; each that does brings the end nearer, and is not counted. */
const MAX_STANDSTILLS = 50;

export interface StoreFilesInit {
  context: UploadContext;
  concurrency: number;
  batch: boolean;
}

/**
 * Brings all contents to the server: asks what it lacks, sends that, and asks again for what is not certain, until
 * everything is there. What is unknown goes first; what others are sending is waited for, and sent in the end if nothing
 * comes of it. Throws FilesUnsentError, and what cannot be helped by another attempt.
 */
export async function storeFiles(
  contents: readonly HashedFile[],
  { context, concurrency, batch }: StoreFilesInit,
): Promise<void> {
  const open = new Map(contents.map((hashed) => [hashed.key, hashed]));
  const round: RoundInit = { context, open, alone: new Set(), concurrency, batch };
  const patience = new Patience(context);
  for (let standstills = 0; open.size > 0;) {
    const before = open.size;
    const result = await attempt(await askAgain(open, context), round, patience);
    standstills = open.size < before ? 0 : standstills + 1;
    if (standstills >= MAX_STANDSTILLS) throw unsent(open, standstills, result?.lastError);
    if (result !== undefined && result.failures > 0)
      await abortableSleep(retryPauseMs(undefined, standstills, context.timing), context);
  }
}

/** Undefined: nothing was sent, and time has passed. */
async function attempt(
  missing: readonly MissingFile[],
  init: RoundInit,
  patience: Patience,
): Promise<RoundResult | undefined> {
  const unknown = missing.filter(({ status }) => status === 'unknown');
  if (unknown.length > 0) {
    patience.reset();
    return await new SendRound(init, true).run(sourcesOf(unknown, init));
  }
  if (missing.length === 0 || (await patience.wait(missing))) return undefined;
  return await new SendRound(init, false).run(sourcesOf(missing, init));
}

function sourcesOf(files: readonly ShamanFile[], { open }: RoundInit): HashedFile[] {
  return files.map((file) => open.get(keyOf(file))).filter((hashed) => hashed !== undefined);
}

/** What the server lacks of the open contents; the others are taken out. */
async function askAgain(open: Map<string, HashedFile>, context: UploadContext): Promise<readonly MissingFile[]> {
  const { dialect, progress } = context;
  const missing = await dialect.requirements(
    [...open.values()].map(({ file }) => file),
    context,
  );
  const keys = new Set(missing.map(keyOf));
  for (const [key, { file }] of open) {
    if (keys.has(key)) continue;
    open.delete(key);
    progress.fileStored?.(file, 'others');
  }
  progress.required?.({ files: missing.length, sizeBytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) });
  return missing;
}

function unsent(open: ReadonlyMap<string, HashedFile>, attempts: number, cause: unknown): FilesUnsentError {
  return new FilesUnsentError(
    [...open.values()].map(({ file }) => file),
    attempts,
    cause,
  );
}

/** Waits for others, as long as they get on. */
class Patience {
  readonly #context: UploadContext;
  #waitedMs = 0;
  #pauseMs: number;
  #seen = -1;

  constructor(context: UploadContext) {
    this.#context = context;
    this.#pauseMs = context.timing.pollMs;
  }

  reset(): void {
    this.#waitedMs = 0;
    this.#pauseMs = this.#context.timing.pollMs;
    this.#seen = -1;
  }

  /** Waits a while, or resolves with false when there is no patience left. */
  async wait(missing: readonly MissingFile[]): Promise<boolean> {
    const { timing } = this.#context;
    if (missing.length !== this.#seen) this.reset();
    this.#seen = missing.length;
    if (this.#waitedMs >= timing.patienceMs) {
      this.reset();
      return false;
    }
    await abortableSleep(this.#pauseMs, this.#context);
    this.#waitedMs += this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, timing.pollMs * 8);
    return true;
  }
}
