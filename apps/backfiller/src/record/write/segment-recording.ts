import { rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { asWriteError, isErrnoException, openAtomicWriter, tempMark } from '@waybill/common';
import type { AbortOptions, AtomicWriter, ContentSummary, DirectorySyncer, Durability } from '@waybill/common';
import { formatSegmentName } from '@waybill/segments';
import type { StoredSegmentType } from '@waybill/segments';
import type { ArchivePaths } from '../../archive/archive-paths.ts';
import { mediaTempName } from '../../archive/temp-names.ts';
import type { SegmentSlot } from './segment-slot.ts';

export interface RecordingPlace {
  readonly paths: ArchivePaths;
  readonly durability: Durability;
  readonly syncer: DirectorySyncer;
}

let sequence = 0;

/**
 * A segment while it comes in. Its digest, and with it its name, is known at the end only. So it is written under a temp name of
 * this process, synced there, and renamed when it is known what it is:
 *
 *   open    HOUR/TIME-DURATION-temp-waybill.MARK.rN.ts
 *   finish  the same, on disk
 *   publish HOUR/TIME-DURATION-TYPE-HASH.ts, and the directory is on disk
 *
 * Calls MUST not overlap. Whatever happens, `discard` leaves nothing of it that is not published.
 */
export class SegmentRecording {
  readonly slot: SegmentSlot;
  readonly #place: RecordingPlace;
  readonly #tempPath: string;
  readonly #writer: AtomicWriter;
  #summary: ContentSummary | undefined;
  #sizeBytes = 0;
  #state: 'writing' | 'finished' | 'over' = 'writing';

  private constructor(slot: SegmentSlot, place: RecordingPlace, tempPath: string, writer: AtomicWriter) {
    this.slot = slot;
    this.#place = place;
    this.#tempPath = tempPath;
    this.#writer = writer;
  }

  /** Throws what openAtomicWriter throws. */
  static async open(
    slot: SegmentSlot,
    place: RecordingPlace,
    { signal }: AbortOptions = {},
  ): Promise<SegmentRecording> {
    sequence += 1;
    const name = mediaTempName(`${slot.prefix}-`)(tempMark(), RECORDING_NUMBERS + sequence);
    const tempPath = place.paths.segment({ ...slot.hour, name });
    // The writer's own temp name is the same: its rename changes nothing, and the file never has a name that means more.
    const options = { durability: place.durability, directorySyncer: place.syncer, createParents: true, signal };
    const writer = await openAtomicWriter(tempPath, { ...options, tempName: () => name });
    return new SegmentRecording(slot, place, tempPath, writer);
  }

  /** Bytes so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Resolves when it may be called again. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
    this.#sizeBytes += bytes.length;
  }

  /** What has been written is on disk when this resolves, still without a name. */
  async finish(): Promise<void> {
    this.#summary = await this.#writer.commit();
    this.#state = 'finished';
  }

  /** The name it has when it is of this type. `finish` must have resolved. */
  nameAs(type: StoredSegmentType): string {
    if (this.#summary === undefined) throw new TypeError('the recording is not finished');
    const { startMicros, durationMicros, durationText } = this.slot;
    const duration = durationText === undefined ? { durationMicros } : { durationText };
    return formatSegmentName({ startMicros, ...duration, type, digest: this.#summary.digest });
  }

  /** Puts it in place. A file of that name has the same content, so that it may be renamed over. Throws DiskFullError. */
  async publish(type: StoredSegmentType): Promise<string> {
    const name = this.nameAs(type);
    const target = this.#place.paths.segment({ ...this.slot.hour, name });
    try {
      await rename(this.#tempPath, target);
    } catch (error) {
      throw asWriteError(error, target);
    }
    this.#state = 'over';
    if (this.#place.durability === 'full') await this.#place.syncer.request(path.dirname(target));
    return name;
  }

  async discard(): Promise<void> {
    const before = this.#state;
    this.#state = 'over';
    if (before === 'writing') await this.#writer.discard();
    if (before !== 'finished') return;
    await unlink(this.#tempPath).catch((error: unknown) => {
      if (!isErrnoException(error, 'ENOENT')) throw error;
    });
  }
}

/** Beyond what writers of the archive in this process count up to, which number their temp files with the same mark. */
const RECORDING_NUMBERS = 2 ** 48;
