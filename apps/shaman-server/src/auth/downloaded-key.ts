import { join } from 'node:path';
import { abortableSleep, writeFileAtomic } from '@waybill/common';
import type { HttpClient } from '@waybill/http-kit';
import { parsePublicKey } from './es256-keys.ts';

export const DOWNLOADED_KEY_FILE = 'downloaded-public.pem';

/** As the original does (spec section 1.1). */
const REFRESH_MS = 3_600_000;
/** After a failure. */
const RETRY_MS = 60_000;

export interface DownloadedKeyInit {
  url: string;
  /** Where `downloaded-public.pem` is put. */
  directory: string;
  client: HttpClient;
  signal: AbortSignal;
  onError?: ((error: unknown) => void) | undefined;
  /** Milliseconds between two looks. Default an hour. */
  refreshMs?: number | undefined;
}

/** Keeps a public key of the Flamenco Server fresh until the signal aborts. Resolves then. */
export async function keepDownloadedKey(init: DownloadedKeyInit): Promise<void> {
  const { signal, onError, refreshMs = REFRESH_MS } = init;
  let lastModified: string | undefined;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    let pauseMs = refreshMs;
    try {
      lastModified = await download(init, lastModified);
    } catch (error) {
      if (!isOver()) onError?.(error);
      pauseMs = Math.min(RETRY_MS, refreshMs);
    }
    await abortableSleep(pauseMs, { signal }).catch(() => undefined);
  }
}

/** Gives what to send as If-Modified-Since next time. What is no key replaces none. */
async function download(
  { url, directory, client, signal }: DownloadedKeyInit,
  lastModified: string | undefined,
): Promise<string | undefined> {
  const { status, headers, bytes } = await client.requestBytes(url, {
    ...{ name: 'jwt-key', signal, maxBytes: 64 * 1024, totalTimeoutMs: 30_000, expectedStatus: [200, 304] },
    headers: lastModified === undefined ? {} : { 'If-Modified-Since': lastModified },
  });
  if (status === 304) return lastModified;
  const pem = Buffer.from(bytes);
  parsePublicKey(pem, url);
  await writeFileAtomic(join(directory, DOWNLOADED_KEY_FILE), pem, { createParents: true, signal });
  const given = headers['last-modified'];
  return typeof given === 'string' ? given : undefined;
}
