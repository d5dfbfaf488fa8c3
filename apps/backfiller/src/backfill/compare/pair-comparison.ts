import { listingDigest } from '@waybill/segments';
import type { QualityDigest } from '../../archive/archive.ts';
import { hourTasks } from './hour-task.ts';
import type { HourTask, Pair } from './hour-task.ts';
import type { NodePass } from '../pass/node-pass.ts';
import type { NodeMemory } from '../pass/pass-memory.ts';

/** Compares one channel and quality of a node of ours by digests. */
export class PairComparison {
  readonly pair: Pair;
  readonly #pass: NodePass;
  readonly #memory: NodeMemory;
  readonly #remote: string | undefined;
  #local: QualityDigest | undefined;

  constructor(pass: NodePass, memory: NodeMemory, pair: Pair, remote: string | undefined) {
    this.#pass = pass;
    this.#memory = memory;
    this.pair = pair;
    this.#remote = remote;
  }

  /** The hours that differ and have not been settled as they are; empty where the node has nothing for us. */
  async differingHours(): Promise<HourTask[]> {
    const { session, node, signal, firstHourMicros } = this.#pass;
    const { channel, quality, key } = this.pair;
    if (this.#remote === undefined) return [];
    const local = await session.parts.archive.qualityDigest(channel, quality, { signal });
    this.#local = local;
    if (local.digest === this.#remote) return [];
    const settled = { remote: this.#remote, local: local.digest, fromHourMicros: firstHourMicros };
    if (this.#memory.isSettled(key, settled)) return [];
    const tree = await node.qualityDigest(channel, quality, { signal });
    // It changed since the root was asked: what is compared now must not be remembered under the older digest.
    if (tree.digest !== this.#remote) this.pair.isOpen = true;
    this.#memory.keepHours(key, tree.children);
    const tasks = hourTasks(this.#pass, this.pair, tree.children.keys(), (hour) => tree.children.get(hour));
    return tasks.filter((task) => !this.#isDone(task, local));
  }

  #isDone({ hour, remoteDigest = '' }: HourTask, local: QualityDigest): boolean {
    const localDigest = local.hours.get(hour)?.digest ?? listingDigest([]);
    if (localDigest === remoteDigest) return true;
    return this.#memory.isHourSettled(this.pair.key, hour, remoteDigest, localDigest);
  }

  /** Remembers that nothing is left to do, where that is so. */
  settle(): void {
    if (this.pair.isOpen || this.#remote === undefined || this.#local === undefined) return;
    const { firstHourMicros } = this.#pass;
    this.#memory.settlePair(this.pair.key, {
      remote: this.#remote,
      local: this.#local.digest,
      fromHourMicros: firstHourMicros,
    });
  }
}
