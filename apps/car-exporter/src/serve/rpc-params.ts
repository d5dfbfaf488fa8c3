import { formatCid } from '@waybill/car';
import { CID } from 'multiformats/cid';
import { z } from 'zod';
import { RpcParamsInvalidError } from './rpc-errors.ts';

/** A CID as Lotus writes it: `{"/": "bafy…"}`. */
const cid = z.object({ '/': z.string() }).transform((link, context) => {
  try {
    return CID.parse(link['/']);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `no CID (${(error as Error).message})` });
    return z.NEVER;
  }
});

/** The key of a tipset: the CIDs of its blocks; none, or null, for the head of the chain. */
const tipsetKey = z
  .union([z.array(cid).max(1000), z.null()])
  .transform((cids) => (cids === null || cids.length === 0 ? '@head' : cids.map(String).join(',')));

const config = z.object({
  WriteBufferSize: z.int().min(0).max(1_073_741_824).default(1_048_576),
  NumWorkers: z.int().min(0).default(1),
  IncludeMessages: z.boolean().default(false),
  IncludeReceipts: z.boolean().default(false),
  IncludeStateRoots: z.boolean().default(false),
});

const exportRange = z.tuple([tipsetKey, tipsetKey, config]);

export interface ExportRangeParams {
  /** References as `resolveTipset` takes them. */
  readonly head: string;
  readonly tail: string;
  readonly writeBufferBytes: number;
  readonly workers: number;
  readonly messages: boolean;
  readonly receipts: boolean;
  readonly stateRoots: boolean;
}

/** More threads than this are of no use on any machine; the client's word is not to be taken for it. */
const MOST_WORKERS = 64;

/** The parameters of `Filecoin.ChainExportRangeInternal`. @throws RpcParamsInvalidError. */
export function parseExportRangeParams(params: unknown): ExportRangeParams {
  const result = exportRange.safeParse(params);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new RpcParamsInvalidError(`expected [head key, tail key, config]: ${where}: ${issue?.message ?? ''}`);
  }
  const [head, tail, options] = result.data;
  return {
    head,
    tail,
    writeBufferBytes: options.WriteBufferSize,
    // Lotus takes 0 workers for "let the last step do it all": one thread does.
    workers: Math.min(MOST_WORKERS, Math.max(1, options.NumWorkers)),
    messages: options.IncludeMessages,
    receipts: options.IncludeReceipts,
    stateRoots: options.IncludeStateRoots,
  };
}

/** `[]` or `[id]`. @throws RpcParamsInvalidError. */
export function parseJobId(params: unknown): string | undefined {
  const result = z.union([z.tuple([]), z.tuple([z.string()]), z.undefined(), z.null()]).safeParse(params);
  if (!result.success) throw new RpcParamsInvalidError('expected nothing, or the id of an export');
  return result.data?.[0];
}

/** The key of a tipset as Lotus writes it. */
export function formatTipsetKey(cids: readonly Uint8Array[]): { '/': string }[] {
  return cids.map((bytes) => ({ '/': formatCid(bytes) }));
}
