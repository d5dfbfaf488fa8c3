export { FlatfsShardingInvalidError, FlatfsStoreMissingError } from './flatfs-errors.ts';
export { openFlatfsBlockStore } from './open-flatfs-block-store.ts';

export type { OpenFlatfsBlockStoreInit } from './open-flatfs-block-store.ts';
