import { abortableSleep, backoffDelayMs } from '@waybill/common';
import { isHour, isTombstoneName, nameKindOf, parseHour } from '@waybill/segments';
import type { SegmentAddress } from '../../archive/archive.ts';
import { putTombstone } from '../compare/apply-tombstones.ts';
import type { BackfillNode } from '../backfill-node.ts';
import { firstHourMicros } from './backfill-start.ts';
import { NodeHostileError } from './node-pass.ts';
import { planHour } from '../compare/plan-hour.ts';
import type { RecorderWatch } from './recorder-watch.ts';
import type { Session } from './session.ts';

/** Announcements without use on one connection, above which the node counts as hostile. */
const MAX_REFUSED = 1000;
/** Connecting again: 1, 2, 4, 8, 16 s. */
const RECONNECT = { baseMs: 1000 };

export interface LiveFeedInit {
  readonly session: Session;
  readonly node: BackfillNode;
  readonly recorders: RecorderWatch;
  /** Events were missed: the next pass should come soon. */
  readonly onReset: () => void;
  readonly signal: AbortSignal;
}

/**
 * Listens to what a node of ours announces, and queues it, so that a new segment is here within a second. It is an
 * addition to the passes, never in their place: whatever goes wrong here, the next pass makes good.
 */
export class LiveFeed {
  readonly #init: LiveFeedInit;
  #lastId: string | undefined;
  #refused = 0;

  constructor(init: LiveFeedInit) {
    this.#init = init;
  }

  /** Listens until the signal aborts; connects again after each end. Never rejects. */
  async run(): Promise<void> {
    const { signal, session, node } = this.#init;
    const isOver = (): boolean => signal.aborted;
    for (let attempt = 0; !isOver(); attempt += 1) {
      const before = this.#lastId;
      let delayMs = 0;
      try {
        if (!(await this.#listen())) delayMs = session.parts.settings.intervalMs;
      } catch (error) {
        if (!isOver()) session.accounts.logOf(node).debug({ err: error }, 'Live events broke off');
      }
      if (this.#lastId !== before) attempt = 0;
      delayMs = Math.max(delayMs, node.circuit?.waitMs ?? 0, backoffDelayMs(attempt, RECONNECT));
      await abortableSleep(delayMs, { signal }).catch(() => undefined);
    }
  }

  /** False where the node has no events. */
  async #listen(): Promise<boolean> {
    const { node, signal, onReset } = this.#init;
    if ((await node.protocol({ signal })) === null) return false;
    this.#refused = 0;
    for await (const event of node.events(this.#lastId, { signal })) {
      this.#lastId = event.id;
      if ('reset' in event) onReset();
      else await this.#take(event.segment);
    }
    return true;
  }

  async #take(segment: SegmentAddress): Promise<void> {
    if (!this.#isUseful(segment)) this.#refuse();
    else if (this.#isForNow(segment)) await this.#queue(segment);
  }

  /** The remote side checked that the names are safe; here they must also be what is asked for. */
  #isUseful({ channel, quality, hour, name }: SegmentAddress): boolean {
    const { settings } = this.#init.session.parts;
    if (!settings.channels.includes(channel) || !settings.qualities.includes(quality)) return true;
    return isHour(hour) && nameKindOf(name) !== undefined;
  }

  /** What is left for the next pass: other channels never, and where a recorder is at work, it gets the first chance. */
  #isForNow({ channel, quality, hour, name }: SegmentAddress): boolean {
    const { session, node, recorders } = this.#init;
    const { settings, now } = session.parts;
    if (!settings.channels.includes(channel) || !settings.qualities.includes(quality)) return false;
    if (parseHour(hour) < firstHourMicros(settings.start, now() * 1000)) return false;
    if (session.scheduler.queuedFor(node.key) >= settings.maxQueuedPerNode) return false;
    return settings.live === 'always' || isTombstoneName(name) || !recorders.isRecording(channel, quality);
  }

  #refuse(): void {
    const { session, node } = this.#init;
    this.#refused += 1;
    session.accounts.of(node).refusedNames += 1;
    if (this.#refused < MAX_REFUSED) return;
    session.accounts.alert(node, 'useless-events', { events: this.#refused });
    throw new NodeHostileError(node.name, 'announcements of what is no segment');
  }

  async #queue({ channel, quality, hour, name }: SegmentAddress): Promise<void> {
    const { session, node } = this.#init;
    const key = { channel, quality, hour };
    const { tombstones } = await planHour({ session, node, key, names: [name], announced: true });
    for (const address of tombstones) await this.#bury(address);
  }

  async #bury(address: SegmentAddress): Promise<void> {
    const { session, node } = this.#init;
    const { tombstones: ledger, memory } = session.parts;
    const isAdmitted = ledger.admit(node.key, 1);
    memory.setTombstones(node.key, ledger.windowOf(node.key));
    if (!isAdmitted) {
      session.accounts.alert(node, 'tombstone-limit', { tombstones: 1 });
      return;
    }
    await putTombstone(session, node, address);
  }
}
