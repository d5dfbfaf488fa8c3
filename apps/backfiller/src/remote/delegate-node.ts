import type { RemoteNode } from './remote-node.ts';

/** A node that hands every call on: what wrappers start from. */
export const delegateNode = (node: RemoteNode): RemoteNode => ({
  key: node.key,
  name: node.name,
  url: node.url,
  trust: node.trust,
  protocol: (options) => node.protocol(options),
  listHours: (channel, quality, options) => node.listHours(channel, quality, options),
  listHour: (channel, quality, hour, options) => node.listHour(channel, quality, hour, options),
  fetchSegment: (address, options) => node.fetchSegment(address, options),
  fetchBatch: (channel, quality, hour, names, options) => node.fetchBatch(channel, quality, hour, names, options),
  listExtras: (directory, options) => node.listExtras(directory, options),
  fetchExtra: (directory, path, options) => node.fetchExtra(directory, path, options),
  digest: (knownDigest, options) => node.digest(knownDigest, options),
  qualityDigest: (channel, quality, options) => node.qualityDigest(channel, quality, options),
  events: (since, options) => node.events(since, options),
});
