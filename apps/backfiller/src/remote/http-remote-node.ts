import type { HttpClient } from '@waybill/http-kit';
import { acceptExtras, acceptHourNames, acceptHours } from './accept-names.ts';
import { fetchBatch } from './batch-client.ts';
import { ContentClient } from './content-client.ts';
import { DigestClient } from './digest-client.ts';
import { readEvents } from './events-client.ts';
import { fetchExtra } from './fetch-extra.ts';
import { ListingClient } from './listing-client.ts';
import { extrasPath, hourPath, hoursPath, segmentPath } from './node-paths.ts';
import { NodeTransport } from './node-transport.ts';
import { parseNodeUrl } from './node-url.ts';
import { defaultRemoteLimits } from './remote-limits.ts';
import type { RemoteLimits } from './remote-limits.ts';
import type { NodeTrust, RemoteNode } from './remote-node.ts';

export interface HttpRemoteNodeInit {
  /** May hold a path prefix and credentials; the latter are in no key, name or error. */
  readonly url: string;
  readonly name: string;
  readonly trust: NodeTrust;
  /** Shared by all nodes, so that their metrics and connections are in one place. */
  readonly client: HttpClient;
  /** What differs from defaultRemoteLimits. */
  readonly limits?: Partial<RemoteLimits> | undefined;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** Value of an Authorization header. A token wins, then this, then credentials in the URL. */
  readonly authorization?: string | undefined;
}

/**
 * A wubloader node (spec 1.2) or one of ours, over HTTP. Sends nothing before the first call; holds nothing to close.
 * Throws NodeUrlInvalidError.
 *
 * @example
 * const node = createHttpRemoteNode({ url: 'http://node:8000', name: 'node', trust: DEFAULT_TRUST, client });
 * const { names } = await node.listHour('channel', 'source', '2026-06-22T18', { signal });
 */
export const createHttpRemoteNode = (init: HttpRemoteNodeInit): RemoteNode => {
  const parsed = parseNodeUrl(init.url);
  const limits = { ...defaultRemoteLimits(), ...init.limits };
  const authorization =
    init.token === undefined ? (init.authorization ?? parsed.authorization) : `Bearer ${init.token}`;
  const transport = new NodeTransport({ url: parsed.url, authorization, client: init.client, limits });
  const listings = new ListingClient(transport);
  const contents = new ContentClient(transport);
  const digests = new DigestClient(transport);

  return {
    key: parsed.url,
    name: init.name,
    url: parsed.url,
    trust: init.trust,
    protocol: (options) => digests.protocol(options),
    listHours: (channel, quality, options) =>
      listings.list({ path: hoursPath(channel, quality), name: 'list_remote_hours', accept: acceptHours }, options),
    listHour: (channel, quality, hour, options) => {
      const path = hourPath(channel, quality, hour);
      return listings.list(
        { path, name: 'list_remote_segments', accept: (names) => acceptHourNames(names, quality) },
        options,
      );
    },
    fetchSegment: (address, options) => {
      const group = `${address.channel}/${address.quality}`;
      return contents.fetch(
        { path: segmentPath(address), name: 'get_remote_segment', group, maxBytes: limits.maxSegmentBytes },
        options,
      );
    },
    fetchBatch: (channel, quality, hour, names, options) =>
      fetchBatch(transport, { channel, quality, hour, names }, options),
    listExtras: (directory, options) =>
      listings.list({ path: extrasPath(directory), name: 'list_remote_extras', accept: acceptExtras }, options),
    fetchExtra: (directory, path, options) =>
      fetchExtra(contents, { node: parsed.url, directory, path, maxBytes: limits.maxExtraBytes }, options),
    digest: (knownDigest, options) => digests.root(knownDigest, options),
    qualityDigest: (channel, quality, options) => digests.quality(channel, quality, options),
    events: (since, options) => readEvents(transport, since, options),
  };
};
