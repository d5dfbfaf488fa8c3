import { CID } from 'multiformats/cid';
import { RpcAnswerInvalidError, RpcCallFailedError } from './rpc-errors.ts';
import type { RpcOutcome } from './rpc-transport.ts';

/** A tipset as a node names it. */
export interface RpcTipset {
  /** In the order of the tipset. */
  readonly cids: readonly CID[];
  readonly height: number;
}

/** The result of a call. @throws RpcCallFailedError where the node answered with an error. */
export function resultOf(method: string, outcome: RpcOutcome): unknown {
  if ('result' in outcome) return outcome.result;
  throw new RpcCallFailedError({ method, rpcCode: outcome.code, rpcMessage: outcome.message });
}

/** Lotus writes `[]byte` as base64; null for none of them. */
export function parseBytes(method: string, value: unknown): Uint8Array {
  if (value === null) return new Uint8Array(0);
  if (typeof value !== 'string') throw new RpcAnswerInvalidError({ method, problem: 'no base64 text' });
  // An allocation of its own: small buffers of Node would keep a shared piece of 8 KiB alive.
  return new Uint8Array(Buffer.from(value, 'base64'));
}

export function parseBoolean(method: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new RpcAnswerInvalidError({ method, problem: 'neither true nor false' });
  return value;
}

/** `{Cids: [{"/": CID}…], Blocks: […], Height: n}`; the headers are not used: they are read by their CIDs, and verified. */
export function parseTipset(method: string, value: unknown): RpcTipset {
  const { Cids: cids, Height: height } = (value ?? {}) as { Cids?: unknown; Height?: unknown };
  if (!Array.isArray(cids) || cids.length === 0 || typeof height !== 'number' || !Number.isSafeInteger(height)) {
    throw new RpcAnswerInvalidError({ method, problem: 'no tipset' });
  }
  return { cids: cids.map((cid) => parseCid(method, cid)), height };
}

function parseCid(method: string, value: unknown): CID {
  try {
    return CID.parse((value as { '/': string })['/']);
  } catch {
    throw new RpcAnswerInvalidError({ method, problem: 'no CID' });
  }
}

/** A CID as it stands in parameters. */
export function formatCid(cid: CID): { '/': string } {
  return { '/': cid.toString() };
}
