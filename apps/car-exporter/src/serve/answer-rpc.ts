import { type AbortOptions, WaybillError } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';
import { z } from 'zod';
import { RPC_CODES } from './rpc-errors.ts';
import type { RpcMethod } from './rpc-methods.ts';

const request = z.object({
  jsonrpc: z.literal('2.0'),
  method: z.string(),
  params: z.unknown().optional(),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
});

type RequestId = string | number | null;

export interface RpcAnswer {
  readonly jsonrpc: '2.0';
  readonly id: RequestId;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
}

/** A batch may be this long: each of its calls is cheap, or refused while another runs. */
const MOST_CALLS = 100;

/** Answers JSON-RPC 2.0 requests, single ones and batches, by a table of methods. */
export class RpcAnswerer {
  readonly #methods: ReadonlyMap<string, RpcMethod>;
  readonly #logger: Logger;

  constructor(methods: readonly RpcMethod[], logger: Logger) {
    this.#methods = new Map(methods.map((method) => [method.name, method]));
    this.#logger = logger;
  }

  /** Undefined where nothing is to be answered: notifications. */
  async answer(body: unknown, options: AbortOptions): Promise<RpcAnswer | RpcAnswer[] | undefined> {
    if (!Array.isArray(body)) return await this.#one(body, options);
    if (body.length === 0 || body.length > MOST_CALLS)
      return failure(null, RPC_CODES.invalidRequest, `a batch has 1 to ${MOST_CALLS} calls`);
    const answers: RpcAnswer[] = [];
    for (const call of body as unknown[]) {
      const answer = await this.#one(call, options);
      if (answer !== undefined) answers.push(answer);
    }
    return answers.length > 0 ? answers : undefined;
  }

  async #one(body: unknown, options: AbortOptions): Promise<RpcAnswer | undefined> {
    const parsed = request.safeParse(body);
    if (!parsed.success) return failure(null, RPC_CODES.invalidRequest, 'not a JSON-RPC 2.0 request');
    const { method: name, params, id } = parsed.data;
    const method = this.#methods.get(name);
    const answer =
      method === undefined
        ? failure(id ?? null, RPC_CODES.methodNotFound, `there is no method ${JSON.stringify(name)}`)
        : await this.#call(method, params, id ?? null, options);
    return id === undefined ? undefined : answer;
  }

  async #call(method: RpcMethod, params: unknown, id: RequestId, options: AbortOptions): Promise<RpcAnswer> {
    try {
      return { jsonrpc: '2.0', id, result: await method.call(params, options) };
    } catch (error) {
      this.#logger.warn({ err: error, method: method.name }, 'A call failed');
      if (!(error instanceof WaybillError)) return failure(id, RPC_CODES.internalError, 'internal error; see the log');
      const code = error.code === 'ERR_RPC_PARAMS_INVALID' ? RPC_CODES.invalidParams : RPC_CODES.failed;
      return failure(id, code, error.message, { code: error.code });
    }
  }
}

function failure(id: RequestId, code: number, message: string, data?: { code: string }): RpcAnswer {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}
