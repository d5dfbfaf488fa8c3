import type { SegmentName, SegmentType } from '@waybill/segments';
import type { SegmentAddress } from '../../archive/archive.ts';
import type { RemoteNode } from '../../remote/remote-node.ts';
import type { HourWork } from './hour-work.ts';
import type { FailReason, SkipReason } from '../report/reasons.ts';

export type ItemKind = Exclude<SegmentType, 'temp'> | 'chat' | 'extra';

/** A node that has the item. */
export interface Offer {
  readonly node: RemoteNode;
  /** Set once it failed: it is not asked again for this item. */
  failed: FailReason | undefined;
  /** Batches that broke off before they came to this item. */
  interruptions: number;
}

/** How an item ended. */
export type Settlement =
  | { readonly outcome: 'published'; readonly node: RemoteNode; readonly sizeBytes: number }
  | { readonly outcome: 'skipped'; readonly reason: SkipReason }
  | { readonly outcome: 'failed'; readonly reason: FailReason; readonly node: RemoteNode };

export type SettleListener = (item: WantedItem, settlement: Settlement) => void;

/**
 * Something that nodes have and this archive lacks; one per name, however many nodes have it.
 * parked → (waiting ⇄ running) → settled. Parked: it is only needed if another item fails.
 */
export interface WantedItem {
  /** `CH/Q/HOUR/NAME`, for extras `DIR/PATH`. */
  readonly key: string;
  readonly kind: ItemKind;
  /** For extras: the directory in `channel`, the path in `name`, the rest empty. */
  readonly address: SegmentAddress;
  readonly segment: SegmentName | undefined;
  /** Items of one group can go into one batch. */
  readonly group: string;
  readonly priority: number;
  readonly hour: HourWork | undefined;
  readonly offers: Map<string, Offer>;
  readonly listeners: Set<SettleListener>;
  state: 'parked' | 'waiting' | 'running' | 'settled';
}

const RANKS: Record<ItemKind, number> = { full: 0, suspect: 1, partial: 2, chat: 3, extra: 4 };
const HOUR_MICROS = 3_600_000_000;

export interface WantedItemInit {
  readonly kind: ItemKind;
  readonly address: SegmentAddress;
  readonly segment?: SegmentName | undefined;
  readonly hour?: HourWork | undefined;
}

/** Newest hour first; within it full, suspect, partial, chat. Extras after all else: holes come first. */
export const createWantedItem = ({ kind, address, segment, hour }: WantedItemInit): WantedItem => {
  const { channel, quality, name } = address;
  const folder = kind === 'extra' ? channel : `${channel}/${quality}/${address.hour}`;
  return {
    key: `${folder}/${name}`,
    kind,
    address,
    segment,
    group: `${folder}/${kind}`,
    priority: hour === undefined ? Infinity : RANKS[kind] - 8 * (hour.hourMicros / HOUR_MICROS),
    hour,
    offers: new Map(),
    listeners: new Set(),
    state: 'waiting',
  };
};

/** Adds a node to those that have the item, or nothing where it is known already. */
export const addOffer = (item: WantedItem, node: RemoteNode): void => {
  if (!item.offers.has(node.key)) item.offers.set(node.key, { node, failed: undefined, interruptions: 0 });
};

/** The nodes that may still be asked. */
export const openOffers = (item: WantedItem): Offer[] =>
  [...item.offers.values()].filter(({ failed }) => failed === undefined);
