import type { AbortOptions } from '@waybill/common';
import type { ExportJobs } from './export-jobs.ts';
import { ExportCancelledError } from './rpc-errors.ts';
import { formatTipsetKey, parseExportRangeParams, parseJobId } from './rpc-params.ts';
import type { RangeExporter } from './range-exporter.ts';

/** One method of the JSON-RPC interface; the reference is made of this table. */
export interface RpcMethod {
  readonly name: string;
  readonly summary: string;
  /** Name and meaning of each parameter, in their order. */
  readonly params: readonly (readonly [name: string, description: string])[];
  readonly result: string;
  /** The signal fires when the client goes away. */
  call(params: unknown, options: AbortOptions): unknown;
}

const RANGE_PARAMS = [
  ['head', 'key of the head tipset: a list of {"/": CID}; empty or null: the head of the chain'],
  ['tail', 'key of the tail tipset, of which only the headers are exported; empty or null: the head of the chain'],
  [
    'config',
    '{"WriteBufferSize": bytes, "NumWorkers": threads, "IncludeMessages": bool, "IncludeReceipts": bool, "IncludeStateRoots": bool}',
  ],
] as const;

const JOB = 'id, state (running, done, failed, cancelled), path, heights, phase, blocks, bytes, epoch, sha256, error';

export function createRpcMethods(exporter: RangeExporter, jobs: ExportJobs): readonly RpcMethod[] {
  return [
    {
      name: 'Filecoin.ChainExportRangeInternal',
      summary:
        'Exports a range to a file in the folder of the server, as Lotus does, and answers when it is whole there.',
      params: RANGE_PARAMS,
      result: 'null. When the client goes away, the export is cancelled',
      async call(params, { signal }) {
        const { id, done } = await exporter.start(parseExportRangeParams(params), { signal });
        const onGone = (): void => void jobs.cancel('the client went away', id);
        signal?.addEventListener('abort', onGone, { once: true });
        try {
          if (signal?.aborted === true) throw new ExportCancelledError('the client went away');
          await done;
          return null;
        } finally {
          signal?.removeEventListener('abort', onGone);
        }
      },
    },
    {
      name: 'Waybill.ExportStart',
      summary: 'As Filecoin.ChainExportRangeInternal, but answers at once.',
      params: RANGE_PARAMS,
      result: 'the id of the export',
      async call(params, options) {
        const { id, done } = await exporter.start(parseExportRangeParams(params), options);
        // How it ended is kept with its status.
        done.catch(() => undefined);
        return id;
      },
    },
    {
      name: 'Waybill.ExportStatus',
      summary: 'How far the export is that runs, or how the last one ended.',
      params: [],
      result: `null before the first one; else ${JOB}`,
      call: () => jobs.last ?? null,
    },
    {
      name: 'Waybill.ExportCancel',
      summary: 'Cancels the export that runs, and answers when nothing of it is left.',
      params: [['id', 'optional: only if it is this one']],
      result: 'whether one was cancelled',
      call: (params) => jobs.cancel('Waybill.ExportCancel', parseJobId(params)),
    },
    {
      name: 'Waybill.Head',
      summary: 'The tipset that @head names.',
      params: [],
      result: '{"Cids": key, "Height": number}',
      async call(_params, options) {
        const { cids, height } = await exporter.head(options);
        return { Cids: formatTipsetKey(cids), Height: height };
      },
    },
  ];
}
