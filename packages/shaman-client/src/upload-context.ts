import type { AbortOptions } from '@waybill/common';
import type { Capabilities } from '@waybill/shaman-protocol';
import type { ClientTiming } from './client-timing.ts';
import type { Dialect } from './dialect.ts';
import type { SendProgress, SendTally } from './send-progress.ts';
import type { SmallRequests } from './small-requests.ts';
import type { UploadAnswer, UploadRequest } from './upload-exchange.ts';
import type { UploadTransport } from './upload-transport.ts';

/** What the uploads of one sending share. */
export interface UploadContext extends AbortOptions {
  readonly dialect: Dialect;
  readonly capabilities: Capabilities | undefined;
  readonly requests: SmallRequests;
  readonly transport: UploadTransport;
  readonly timing: ClientTiming;
  readonly tally: SendTally;
  readonly progress: SendProgress;
}

/** One request with a long body, counted. `bodies`: how many contents it holds. */
export async function sendCounted(
  { transport, tally, progress, signal }: UploadContext,
  request: Omit<UploadRequest, 'onNoContinue' | 'onSent' | 'signal'>,
  bodies = 1,
): Promise<UploadAnswer> {
  tally.requests += 1;
  let isBegun = false;
  const begin = (): void => {
    if (!isBegun) tally.bodies += bodies;
    isBegun = true;
  };
  return transport.send({
    ...request,
    signal,
    openBody: () => {
      begin();
      return request.openBody();
    },
    onNoContinue: () => (transport.ignoresExpect = true),
    onSent: (bytes) => {
      tally.sentBytes += bytes;
      progress.bytesSent?.(bytes);
    },
  });
}
