import { X509Certificate } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { PeerCertificate } from 'node:tls';
import { WaybillError } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { collectBody } from '../limits/collect-body.ts';

export interface KnownServerRequest extends AbortOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** PEM, of `https`. Undefined: that of any authority that this machine trusts, for the host of the URL. */
  readonly certificate: string | undefined;
  readonly maxBytes: number;
  /** How long nothing may come, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** Somebody else answers where the server was. */
export class CertificateUnexpectedError extends WaybillError {
  constructor() {
    super('the server shows another certificate than it was started with', {
      code: 'ERR_CERTIFICATE_UNEXPECTED',
      retryable: false,
    });
  }
}

/**
 * One request to a server of which the certificate itself is known: then neither its names nor who signed it matter, and a
 * server with any certificate can be asked at the address on which it listens.
 * @throws CertificateUnexpectedError, BodyTooLargeError; errors of the connection, of which ETIMEDOUT is one; the signal's reason.
 */
export async function requestKnownServer(
  url: string,
  init: KnownServerRequest,
): Promise<{ status: number; bytes: Buffer }> {
  const answer = await open(url, init);
  return { status: answer.statusCode ?? 0, bytes: await collectBody(answer, init.maxBytes, { what: 'the answer' }) };
}

function open(url: string, { certificate, body, signal, idleTimeoutMs, ...init }: KnownServerRequest) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: init.method, headers: init.headers, timeout: idleTimeoutMs, signal, agent: false };
    const sent = url.startsWith('https:')
      ? tlsRequest(url, { ...options, ...trustIn(certificate) }, resolve)
      : plainRequest(url, options, resolve);
    sent.on('error', (error) => reject(signal?.aborted === true ? (signal.reason as Error) : error));
    sent.on('timeout', () => sent.destroy(timedOut(idleTimeoutMs)));
    sent.end(body);
  });
}

function trustIn(certificate: string | undefined) {
  if (certificate === undefined) return {};
  const known = new X509Certificate(certificate).fingerprint256;
  return {
    ca: certificate,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host: string, peer: PeerCertificate) =>
      peer.fingerprint256 === known ? undefined : new CertificateUnexpectedError(),
  };
}

function timedOut(idleTimeoutMs: number): Error {
  return Object.assign(new Error(`nothing came for ${idleTimeoutMs} ms`), { code: 'ETIMEDOUT' });
}
