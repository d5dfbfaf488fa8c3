import { isolatedCallbacks } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { type DigestCache, memoryDigestCache } from '../cache/digest-cache.ts';
import { INFO_PLACE, MANIFEST_PLACE } from '../plan/assign-places.ts';
import type { PackPlan, PlannedFile } from '../plan/pack-plan.ts';
import { hasRawBytes } from '../plan/place-bytes.ts';
import { createManifest, formatInfo, formatManifest } from '../report/pack-manifest.ts';
import { createReport, type PackReport } from '../report/pack-report.ts';
import type { ContentFacts, PackEntry, PackTarget } from '../targets/pack-target.ts';
import { PackTargetInvalidError } from '../targets/target-errors.ts';
import { BytesEntry } from './bytes-entry.ts';
import { AssetsMissingError } from './assets-missing-error.ts';
import { FileEntry } from './file-entry.ts';
import type { PackCallbacks } from './pack-callbacks.ts';
import { PackTally } from './pack-tally.ts';
import { RewrittenEntry } from './rewritten-entry.ts';
import { watchedEntry } from './watched-entry.ts';

export interface ExecuteOptions extends AbortOptions {
  readonly callbacks?: PackCallbacks | undefined;
  /** Told what a callback threw; default: nothing. The work goes on. */
  readonly onCallbackError?: ((error: unknown, name: string) => void) | undefined;
  /** Files that are worked on at a time. Default 4: what keeps a disk and a line busy. */
  readonly concurrency?: number | undefined;
  /** Whether a pack may be made that lacks files. Default false: AssetsMissingError. */
  readonly allowMissing?: boolean | undefined;
  /** Whether .blend files that are not compressed are compressed on the way. Default false: each stays as it is. */
  readonly compress?: boolean | undefined;
  /** Digests of files that have not changed since. Default: none are known. */
  readonly digests?: DigestCache | undefined;
}

const DEFAULT_CONCURRENCY = 4;

/**
 * Makes the pack that was planned. Missing files are told before anything is written, also to those who were told while the file was traced. Resolves when the target has all of it, as
 * durable as asked for.
 *
 * Throws AssetsMissingError, PackTargetInvalidError, SourceChangedError, what reading the sources and writing to the target
 * throws, or the signal's reason: nothing is modified afterwards.
 */
export async function execute(plan: PackPlan, target: PackTarget, options: ExecuteOptions = {}): Promise<PackReport> {
  const { callbacks = {}, onCallbackError = () => undefined, signal } = options;
  const told = isolatedCallbacks<PackCallbacks>(callbacks, onCallbackError);
  try {
    signal?.throwIfAborted();
    for (const usage of plan.missing) told.missing(usage);
    if (plan.missing.length > 0 && options.allowMissing !== true) throw new AssetsMissingError(plan.missing);
    assertPlaces(plan, target);
    const report = await run(plan, target, options, told);
    told.packDone(report);
    return report;
  } catch (error) {
    if (signal?.aborted === true) told.packAborted(signal.reason);
    throw error;
  }
}

function assertPlaces({ files }: PackPlan, { name, names = 'utf8' }: PackTarget): void {
  const raw = names === 'utf8' ? files.find(({ place }) => hasRawBytes(place)) : undefined;
  if (raw !== undefined)
    throw new PackTargetInvalidError(name, `it has UTF-8 names only, and ${raw.place} is none: plan for its names`);
}

async function run(
  plan: PackPlan,
  target: PackTarget,
  {
    concurrency = DEFAULT_CONCURRENCY,
    compress = false,
    digests = memoryDigestCache(),
    allowMissing,
    signal,
  }: ExecuteOptions,
  told: Required<PackCallbacks>,
): Promise<PackReport> {
  const facts = new Map<string, ContentFacts>();
  const planned = new Map(plan.files.map((file) => [file.place, file]));
  const watch = {
    opened: ({ place }: PackEntry) => tellStart(planned.get(place), told),
    digested: ({ place }: PackEntry, known: ContentFacts) => void facts.set(place, known),
  };
  const entries = plan.files.map((file) => watchedEntry(entryOf(file, digests, compress), watch));
  await target.prepare(entries, { signal });
  told.packStarted(plan);
  const tally = new PackTally(told, { sizeBytes: plan.sizeBytes, files: plan.files.length });
  const closing = async (): Promise<PackEntry[]> => {
    // Before what may take long: a run that is broken off later need not hash everything again.
    await digests.save({ signal });
    return closingEntries(plan, new Map<string, ContentFacts>([...tally.outcomes, ...facts]));
  };
  const sent = await target.send({ entries, closing }, { concurrency, progress: tally, signal });
  await digests.save({ signal });
  const { outcomes, sentBytes, retries } = tally;
  const result = { outcomes, sentBytes, retries, sent };
  return createReport({ plan, target: target.name, status: 'packed', allowMissing, result });
}

function entryOf(file: PlannedFile, digests: DigestCache, compress: boolean): PackEntry {
  const isChanged = file.rewrites.length > 0 || (compress && file.kind === 'blend');
  return isChanged ? new RewrittenEntry(file, digests, { compress }) : new FileEntry(file, digests);
}

function tellStart(file: PlannedFile | undefined, told: Required<PackCallbacks>): void {
  if (file === undefined) return;
  if (file.rewrites.length > 0) told.fileRewritten(file);
  told.fileStarted(file.place);
}

/** The manifest comes last: where it is, everything is. */
function closingEntries(plan: PackPlan, facts: ReadonlyMap<string, ContentFacts>): PackEntry[] {
  const manifest = createManifest(plan, facts);
  return [new BytesEntry(INFO_PLACE, formatInfo(manifest)), new BytesEntry(MANIFEST_PLACE, formatManifest(manifest))];
}
