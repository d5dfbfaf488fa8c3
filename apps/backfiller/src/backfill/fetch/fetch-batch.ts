import { WaybillError } from '@waybill/common';
import type { Archive } from '../../archive/archive.ts';
import type { BatchItem } from '../../remote/remote-node.ts';
import type { BackfillNode } from '../backfill-node.ts';
import { Drain } from './drain.ts';
import { batchItemFailure, interruption, remoteFailure } from './fetch-result.ts';
import type { FetchFailure, FetchResult } from './fetch-result.ts';
import { publishContent } from './publish-content.ts';
import type { WantedItem } from '../compare/wanted-item.ts';
import type { WriteBacklog } from './write-backlog.ts';

/** A batch brought another item than the one whose turn it was. */
export class BatchOrderError extends WaybillError {
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    const message = `a batch brought ${JSON.stringify(actual.slice(0, 300))} where ${expected} is due`;
    super(message, { code: 'ERR_BATCH_ORDER', retryable: true });
    this.expected = expected;
    this.actual = actual;
  }
}

export interface BatchFetch {
  readonly archive: Archive;
  readonly node: BackfillNode;
  /** All of one channel, quality and hour. */
  readonly items: readonly WantedItem[];
  readonly signal: AbortSignal;
  readonly writes: WriteBacklog;
  /** Called once for each item. */
  readonly report: (item: WantedItem, result: FetchResult) => void;
}

/** Brings items by one request to a node of ours, each verified on arrival. Never rejects. */
export const fetchBatch = async (batch: BatchFetch): Promise<void> => {
  const { items, signal, report } = batch;
  const written = new Drain();
  const unreported = new Set(items);
  const done = (item: WantedItem, result: FetchResult): void => {
    unreported.delete(item);
    report(item, result);
  };
  const broken = await receive(batch, written, done);
  await written.empty();
  for (const [at, item] of [...unreported].entries()) {
    report(item, interruption(broken ?? endedEarly(item, signal), at === 0));
  }
};

const endedEarly = (item: WantedItem, signal: AbortSignal): FetchFailure =>
  remoteFailure(new BatchOrderError(item.address.name, ''), signal);

/** Resolves to what broke the batch off, if anything did. */
const receive = async (
  batch: BatchFetch,
  written: Drain,
  done: (item: WantedItem, result: FetchResult) => void,
): Promise<FetchFailure | undefined> => {
  const { node, items, signal } = batch;
  const [first] = items;
  if (first === undefined) return undefined;
  const { channel, quality, hour } = first.address;
  const names = items.map(({ address }) => address.name);
  let at = 0;
  let stop: FetchFailure | undefined;
  const settle = (item: WantedItem, result: FetchResult): void => {
    done(item, result);
    if (result.result === 'failed' && (result.scope === 'disk' || result.scope === 'local')) stop ??= result;
  };
  try {
    for await (const arrived of node.fetchBatch(channel, quality, hour, names, { signal })) {
      const item = items[at++];
      if (item?.address.name !== arrived.name) throw new BatchOrderError(item?.address.name ?? 'the end', arrived.name);
      if (arrived.status !== 'ok') settle(item, batchItemFailure(arrived.status));
      else await write(batch, item, arrived, written, settle);
      if (stop !== undefined) return stop;
    }
    return stop;
  } catch (error) {
    return remoteFailure(error, signal);
  }
};

/** Small contents are in memory: the next one need not wait until this one is written. A stream is read to its end. */
const write = async (
  { archive, signal, writes }: BatchFetch,
  item: WantedItem,
  { body, sizeBytes }: BatchItem,
  written: Drain,
  settle: (item: WantedItem, result: FetchResult) => void,
): Promise<void> => {
  // A stream that the archive did not want still stands before the next item.
  const rest: AsyncIterable<Uint8Array>[] = [];
  const discard = (): void => {
    if (!(body instanceof Uint8Array)) rest.push(body);
  };
  written.add();
  const published = publishContent(archive, item, { body, sizeBytes, discard }, signal).then((result) => {
    settle(item, result);
    written.remove();
  });
  if (body instanceof Uint8Array) await writes.add(published);
  else {
    await published;
    for (const stream of rest) for await (const _ of stream);
  }
};
