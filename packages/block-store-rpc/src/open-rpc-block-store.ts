import { type BlockRetryInit, loadBlockVerifier } from '@waybill/block-store';
import { createHttpClient, type HttpClientInit } from '@waybill/http-kit/client';
import { parseNodeAddress } from './node-address.ts';
import { type RpcBlockStore, RpcStore } from './rpc-block-store.ts';
import { HttpRpcTransport } from './rpc-transport.ts';
import { limitedTransport, retryingTransport, SplittingTransport } from './rpc-wrappers.ts';

export interface OpenRpcBlockStoreInit {
  /** Any form of `parseNodeAddress`. */
  address: string;
  /** Sent as `Authorization: Bearer`; default: the one in the address. */
  token?: string | undefined;
  /** Calls in one request; default 100. More costs the node memory, fewer cost a round trip each. 1 switches batches off. */
  batchSize?: number | undefined;
  /** Requests at once; default 8. A node serves others too. */
  concurrency?: number | undefined;
  /** For one request, plus the time that its answer needs at 64 KiB/s; default 30,000 ms. */
  timeoutMs?: number | undefined;
  /** Largest answer to one request; default 64 MiB. A batch that exceeds it is halved. */
  maxAnswerBytes?: number | undefined;
  /** How failed requests are made again; default: those of `retryCall`. `attempts: 1` switches it off. */
  retry?: BlockRetryInit | undefined;
  /** Default `waybill-block-store-rpc`. */
  userAgent?: string | undefined;
  /** Gets the metrics of the HTTP client. */
  metrics?: HttpClientInit['metrics'];
}

const MIN_BYTES_PER_SECOND = 65_536;

/**
 * Opens the blocks of a running Lotus or Forest node. Nothing is sent yet. Every block that comes is verified.
 * @throws NodeAddressInvalidError.
 */
export async function openRpcBlockStore(init: OpenRpcBlockStoreInit): Promise<RpcBlockStore> {
  const { batchSize = 100, concurrency = 8, timeoutMs = 30_000, maxAnswerBytes = 67_108_864, retry = {} } = init;
  const { userAgent = 'waybill-block-store-rpc', metrics } = init;
  const address = parseNodeAddress(init.address);
  const client = createHttpClient({ userAgent, maxConnectionsPerOrigin: concurrency, metrics });
  const http = new HttpRpcTransport({
    client,
    url: address.url,
    token: init.token ?? address.token,
    timeoutMs,
    minBytesPerSecond: MIN_BYTES_PER_SECOND,
    maxAnswerBytes,
  });
  // Inside out: a pause before the next try must not hold a place at the door.
  const transport = new SplittingTransport(retryingTransport(limitedTransport(http, concurrency), retry), batchSize);
  return new RpcStore({ transport, verifier: await loadBlockVerifier(), closeTransport: () => client.close() });
}
