import { abortableSleep } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { RemoteLog } from '../remote/remote-log.ts';
import { compareNodes } from './compare-nodes.ts';
import type { NodeChanges } from './compare-nodes.ts';
import { mergeNodes } from './merge-nodes.ts';
import type { NodeEntry } from './node-entry.ts';
import type { NodeSource } from './node-source.ts';
import { WatchedSource } from './watched-source.ts';

export interface NodeRegistryInit {
  /** In the order static, file, database: later ones win (spec 1.4). */
  readonly sources: readonly NodeSource[];
  /** `--localhost`: the name under which this machine stands in the lists. */
  readonly localhost?: string | undefined;
  readonly log: RemoteLog;
  /** For the metric node_list_errors_total. */
  readonly onListError?: () => void;
  /** Default 30,000 (spec 1.4), ±10 %. */
  readonly refreshMs?: number;
  /** How long one source may take. Default 5,000: well below the refresh, so that an outage is seen once and not twice. */
  readonly timeoutMs?: number;
}

export type NodeListener = (changes: NodeChanges) => void;

/**
 * The nodes to backfill from, kept fresh. Each source has a loop of its own, so that one that is down or slow
 * delays nobody; what it said last stays valid. One query per refresh, whatever the number of channels:
 * everyone reads `nodes`.
 *
 * @example
 * const registry = createNodeRegistry({ sources, log });
 * await registry.start({ signal });
 * for (const node of registry.nodes) …
 */
export interface NodeRegistry {
  /** Empty before `start`. */
  readonly nodes: readonly NodeEntry[];
  /** Starts refreshing. Resolves when every source has answered or failed once, at most `timeoutMs` later; nodes appear before that as they come. */
  start(options?: AbortOptions): Promise<void>;
  /** Listens to changes. Returns the function that stops it. */
  onChange(listener: NodeListener): () => void;
  /** Ends all refreshing; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

class LiveNodeRegistry implements NodeRegistry {
  readonly #init: NodeRegistryInit;
  readonly #sources: readonly WatchedSource[];
  readonly #listeners = new Set<NodeListener>();
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[] = [];
  #nodes: readonly NodeEntry[] = [];

  constructor(init: NodeRegistryInit) {
    this.#init = init;
    const shared = {
      refreshMs: init.refreshMs ?? 30_000,
      timeoutMs: init.timeoutMs ?? 5_000,
      log: init.log,
      onError: init.onListError ?? (() => undefined),
    };
    this.#sources = init.sources.map((source) => new WatchedSource({ ...shared, source }));
  }

  get nodes(): readonly NodeEntry[] {
    return this.#nodes;
  }

  async start({ signal }: AbortOptions = {}): Promise<void> {
    const stopping = signal === undefined ? this.#stopping.signal : AbortSignal.any([signal, this.#stopping.signal]);
    const first = this.#sources.map((source) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#loops.push(
        this.#refreshForEver(source, stopping, () => {
          resolve(undefined);
        }),
      );
      return promise;
    });
    await Promise.all(first);
    signal?.throwIfAborted();
  }

  onChange(listener: NodeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #refreshForEver(source: WatchedSource, signal: AbortSignal, onAnswer: () => void): Promise<void> {
    try {
      for (;;) {
        const delayMs = await source.refresh({ signal });
        this.#update();
        onAnswer();
        await abortableSleep(delayMs, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      onAnswer();
    }
  }

  #update(): void {
    const nodes = mergeNodes(
      this.#sources.map((source) => source.entries),
      { localhost: this.#init.localhost },
    );
    const changes = compareNodes(this.#nodes, nodes);
    if (changes === undefined) return;
    this.#nodes = nodes;
    this.#init.log.info(
      { nodes: nodes.map(({ name, url }) => ({ name, url })) },
      `Nodes fetched: [${nodes.map(({ name }) => name).join(', ')}]`,
    );
    for (const listener of this.#listeners) this.#tell(listener, changes);
  }

  /** A listener that throws must not end the refreshing. */
  #tell(listener: NodeListener, changes: NodeChanges): void {
    try {
      listener(changes);
    } catch (error) {
      this.#init.log.warn({ err: error }, 'A listener to changes of the node list failed');
    }
  }
}

/** Does nothing until `start`. */
export const createNodeRegistry = (init: NodeRegistryInit): NodeRegistry => new LiveNodeRegistry(init);
