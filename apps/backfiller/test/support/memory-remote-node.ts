import type { AbortOptions } from '@waybill/common';
import type { SegmentAddress } from '../../src/archive/archive.ts';
import { ProtocolUnsupportedError } from '../../src/remote/protocol-unsupported-error.ts';
import { RemoteContentMissingError } from '../../src/remote/remote-content-missing-error.ts';
import type {
  BatchItem,
  NodeTrust,
  RemoteContent,
  RemoteEvent,
  RemoteListing,
  RemoteNode,
} from '../../src/remote/remote-node.ts';
import { MemoryEventQueue } from './memory-event-queue.ts';
import { childrenOf, compareCodeUnits, qualityTree, rootTree } from './memory-paths.ts';

/** One call, as it was made: `target` is `CH/Q`, `CH/Q/HOUR`, `CH/Q/HOUR/NAME`, `DIR` or `DIR/PATH`; empty for the whole node. */
export interface MemoryCall {
  readonly method: Exclude<keyof RemoteNode, 'key' | 'name' | 'url' | 'trust'>;
  readonly target: string;
}

export interface MemoryRemoteNodeInit {
  name?: string;
  /** Default `http://NAME.test`. */
  url?: string;
  trust?: Partial<NodeTrust>;
  /** Default 1: a node of ours. */
  protocol?: 1 | null;
  /** `CH/Q/HOUR/NAME` → content. */
  files?: Readonly<Record<string, Uint8Array>>;
  /** `DIR/PATH` → content. */
  extras?: Readonly<Record<string, Uint8Array>>;
  /** Contents above this come as a stream, in pieces of this size. Default 256 KiB. */
  streamAboveBytes?: number;
  /**
   * Runs before every call is answered: throw to fail it, wait to slow it down.
   * For `fetchBatch` it runs once with `CH/Q/HOUR`, then once for every item with `CH/Q/HOUR/NAME`.
   */
  onCall?: (call: MemoryCall, options: AbortOptions) => void | Promise<void>;
}

/** A peer in memory, for tests: what it holds can change at any time, what it is asked is recorded. */
export interface MemoryRemoteNode extends RemoteNode {
  readonly calls: readonly MemoryCall[];
  /** Contents given out, batch items included. */
  readonly contentsServed: number;
  onCall: NonNullable<MemoryRemoteNodeInit['onCall']>;
  countCalls(method: MemoryCall['method'], target?: string): number;
  forgetCalls(): void;
  put(path: string, content: Uint8Array): void;
  putExtra(path: string, content: Uint8Array): void;
  remove(path: string): void;
  /** Sends one event to every open `events` call. `put` does not. */
  announce(path: string): void;
  announceReset(): void;
  /** Ends every open `events` call. */
  disconnect(): void;
}

const parseAddress = (path: string): SegmentAddress => {
  const [channel = '', quality = '', hour = '', name = ''] = path.split('/');
  return { channel, quality, hour, name };
};

const listingOf = (names: readonly string[]): RemoteListing => ({ names, refused: 0, unsafe: 0, refusedSample: [] });

async function* inPieces(
  content: Uint8Array,
  pieceBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < content.length; offset += pieceBytes) {
    signal?.throwIfAborted();
    await Promise.resolve();
    yield content.subarray(offset, offset + pieceBytes);
  }
}

export const createMemoryRemoteNode = (init: MemoryRemoteNodeInit = {}): MemoryRemoteNode => {
  const name = init.name ?? 'memory';
  const url = init.url ?? `http://${name}.test`;
  const protocol = init.protocol === undefined ? 1 : init.protocol;
  const streamAboveBytes = init.streamAboveBytes ?? 262_144;
  const files = new Map(Object.entries(init.files ?? {}));
  const extras = new Map(Object.entries(init.extras ?? {}));
  const queues = new Set<MemoryEventQueue>();
  let calls: MemoryCall[] = [];
  let contentsServed = 0;
  let events = 0;

  const enter = async (method: MemoryCall['method'], target: string, options: AbortOptions = {}): Promise<void> => {
    options.signal?.throwIfAborted();
    const call = { method, target };
    calls.push(call);
    await node.onCall(call, options);
    options.signal?.throwIfAborted();
  };

  /** For the calls that only nodes of ours answer. */
  const enterOurs = async (method: MemoryCall['method'], target: string, options?: AbortOptions): Promise<void> => {
    await enter(method, target, options);
    if (protocol === null) throw new ProtocolUnsupportedError(url);
  };

  const contentOf = (content: Uint8Array, signal: AbortSignal | undefined): RemoteContent => {
    contentsServed += 1;
    const body = content.length > streamAboveBytes ? inPieces(content, streamAboveBytes, signal) : content;
    return { sizeBytes: content.length, body, discard: () => undefined };
  };

  const fetchFrom = (source: ReadonlyMap<string, Uint8Array>, path: string, options: AbortOptions): RemoteContent => {
    const content = source.get(path);
    if (content === undefined) throw new RemoteContentMissingError({ node: url, path });
    return contentOf(content, options.signal);
  };

  const batchItem = (itemName: string, path: string, signal: AbortSignal | undefined): BatchItem => {
    const content = files.get(path);
    if (content === undefined) return { name: itemName, status: 'missing', sizeBytes: 0, body: new Uint8Array() };
    return { name: itemName, status: 'ok', sizeBytes: content.length, body: contentOf(content, signal).body };
  };

  const broadcast = (event: (id: string) => RemoteEvent): void => {
    events += 1;
    for (const queue of queues) queue.push(event(`memory-${String(events)}`));
  };

  const node: MemoryRemoteNode = {
    key: url,
    name,
    url,
    trust: { tombstones: true, extras: true, replace: false, ...init.trust },
    onCall: init.onCall ?? (() => undefined),
    get calls() {
      return calls;
    },
    get contentsServed() {
      return contentsServed;
    },
    countCalls: (method, target) =>
      calls.filter((call) => call.method === method && (target === undefined || call.target === target)).length,
    forgetCalls: () => {
      calls = [];
    },
    put: (path, content) => {
      files.set(path, content);
    },
    putExtra: (path, content) => {
      extras.set(path, content);
    },
    remove: (path) => {
      files.delete(path);
      extras.delete(path);
    },
    announce: (path) => {
      broadcast((id) => ({ id, segment: parseAddress(path) }));
    },
    announceReset: () => {
      broadcast((id) => ({ id, reset: true }));
    },
    disconnect: () => {
      for (const queue of queues) queue.end();
    },

    async protocol(options) {
      await enter('protocol', '', options);
      return protocol;
    },
    async listHours(channel, quality, options) {
      const prefix = `${channel}/${quality}`;
      await enter('listHours', prefix, options);
      return listingOf(childrenOf(files.keys(), prefix));
    },
    async listHour(channel, quality, hour, options) {
      const prefix = `${channel}/${quality}/${hour}`;
      await enter('listHour', prefix, options);
      return listingOf(childrenOf(files.keys(), prefix));
    },
    async fetchSegment(address, options = {}) {
      const path = `${address.channel}/${address.quality}/${address.hour}/${address.name}`;
      await enter('fetchSegment', path, options);
      return fetchFrom(files, path, options);
    },
    async *fetchBatch(channel, quality, hour, names, options = {}) {
      const prefix = `${channel}/${quality}/${hour}`;
      await enterOurs('fetchBatch', prefix, options);
      for (const itemName of names) {
        await node.onCall({ method: 'fetchBatch', target: `${prefix}/${itemName}` }, options);
        options.signal?.throwIfAborted();
        yield batchItem(itemName, `${prefix}/${itemName}`, options.signal);
      }
    },
    async listExtras(directory, options) {
      await enter('listExtras', directory, options);
      const inside = [...extras.keys()].filter((path) => path.startsWith(`${directory}/`));
      return listingOf(inside.map((path) => path.slice(directory.length + 1)).sort(compareCodeUnits));
    },
    async fetchExtra(directory, path, options = {}) {
      await enter('fetchExtra', `${directory}/${path}`, options);
      return fetchFrom(extras, `${directory}/${path}`, options);
    },
    async digest(knownDigest, options) {
      await enterOurs('digest', '', options);
      const tree = rootTree(files.keys());
      return tree.digest === knownDigest ? 'unchanged' : tree;
    },
    async qualityDigest(channel, quality, options) {
      await enterOurs('qualityDigest', `${channel}/${quality}`, options);
      return qualityTree(files.keys(), `${channel}/${quality}`);
    },
    async *events(since, options = {}) {
      await enterOurs('events', since ?? '', options);
      const queue = new MemoryEventQueue();
      queues.add(queue);
      try {
        yield* queue.read(options.signal);
      } finally {
        queues.delete(queue);
      }
    },
  };
  return node;
};
