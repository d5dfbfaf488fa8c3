import type { AbortOptions } from '@waybill/common';
import {
  type Capabilities,
  CONTENT_TYPES,
  MessageInvalidError,
  OWN_PREFIX,
  parseCapabilities,
  V3_PREFIX,
} from '@waybill/shaman-protocol';
import { askForToken } from './ask-for-token.ts';
import { AnswerInvalidError, RequestRefusedError, ShamanNotFoundError, TokenRefusedError } from './client-errors.ts';
import { parseJson } from './parse-json.ts';
import { type ServerConnection, SmallRequests } from './small-requests.ts';

export interface DetectedServer {
  readonly protocol: 'v2' | 'v3';
  /** Undefined with servers that are not ours. */
  readonly capabilities: Capabilities | undefined;
}

const NOBODYS_FILE = `${'0'.repeat(64)}/1`;

/** Asks who is there: ours first, then v3, then v2. Throws ShamanNotFoundError, TokenRefusedError, errors of the connection. */
export async function detectServer(connection: ServerConnection, options: AbortOptions): Promise<DetectedServer> {
  const requests = new SmallRequests(connection);
  const capabilities = await ownCapabilities(requests, options);
  if (capabilities !== undefined) return { protocol: 'v3', capabilities };
  if (await speaksV3(requests, options)) return { protocol: 'v3', capabilities };
  if (await speaksV2(connection, requests, options)) return { protocol: 'v2', capabilities };
  throw new ShamanNotFoundError(connection.url.origin + connection.url.pathname);
}

async function ownCapabilities(requests: SmallRequests, { signal }: AbortOptions): Promise<Capabilities | undefined> {
  const path = `${OWN_PREFIX.slice(1)}/capabilities`;
  return unlessClosed(async () => {
    const { text } = await requests.send({ name: 'capabilities', path, statuses: [200], signal });
    return parseCapabilities(parseJson(requests.at(path), text));
  });
}

async function speaksV3(requests: SmallRequests, { signal }: AbortOptions): Promise<boolean> {
  const path = `${V3_PREFIX.slice(1)}/files/${NOBODYS_FILE}`;
  const answer = await unlessClosed(() => requests.send({ name: 'status', path, statuses: [200], signal }));
  return answer?.text.includes('"status"') === true;
}

/** An empty definition: nothing is missing of it, so the answer is empty too. */
async function speaksV2(
  connection: ServerConnection,
  requests: SmallRequests,
  { signal }: AbortOptions,
): Promise<boolean> {
  const headers = { 'content-type': CONTENT_TYPES.definitionV2 };
  const request = { name: 'requirements', path: 'checkout/requirements', method: 'POST', headers, body: '' } as const;
  const ask = () => requests.send({ ...request, statuses: [200], signal });
  const answer = await unlessStrange(async () => {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TokenRefusedError) || connection.token !== undefined) throw error;
      if (!(await askForToken(connection, { signal }))) throw error;
      return await ask();
    }
  });
  return answer?.text === '';
}

/** A v2 server, or what stands before it, may want a token for paths too that it does not have. */
async function unlessClosed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await unlessStrange(ask);
  } catch (error) {
    if (error instanceof TokenRefusedError) return undefined;
    throw error;
  }
}

/** Any other program answers these paths with an error, or with something that cannot be understood. */
async function unlessStrange<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RequestRefusedError && !error.retryable) return undefined;
    if (error instanceof MessageInvalidError || error instanceof AnswerInvalidError) return undefined;
    throw error;
  }
}
