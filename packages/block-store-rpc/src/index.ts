export { parseNodeAddress } from './node-address.ts';
export { openRpcBlockStore } from './open-rpc-block-store.ts';
export { NodeAddressInvalidError, RpcAnswerInvalidError, RpcCallFailedError } from './rpc-errors.ts';

export type { NodeAddress } from './node-address.ts';
export type { OpenRpcBlockStoreInit } from './open-rpc-block-store.ts';
export type { RpcBlockStore } from './rpc-block-store.ts';
export type { RpcTipset } from './rpc-values.ts';
