import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '@waybill/blob-store';
import { isErrnoException, writeFileAtomic } from '@waybill/common';
import type { Logger } from '@waybill/http-kit';
import { adoptCheckouts } from '../checkouts/adopt-checkouts.ts';
import { CopyEvictor } from '../checkouts/copy-evictor.ts';
import type { CheckoutStore } from '../checkouts/checkout-store.ts';
import type { FileCheckoutStore } from '../checkouts/file-checkout-store.ts';
import { openPostgresCheckoutRegistry } from '../checkouts/postgres-checkout-registry.ts';
import { RegisteredCheckoutStore } from '../checkouts/registered-checkout-store.ts';
import { REGISTRY_CHANNEL } from '../checkouts/registry-tables.ts';
import { decideFolders, requireSharedFolder } from '../checkouts/shared-folder.ts';
import type { StoreConfig } from '../config/check-serve-config.ts';
import type { ReferenceSource } from '../gc/reference-source.ts';
import { RegistryReferences } from '../gc/registry-references.ts';
import { DatabaseListener } from '../state/database-listener.ts';
import type { PinStore } from '../state/pins.ts';
import type { StateDatabase } from '../state/state-database.ts';
import { createListenerClients } from './open-listener.ts';
import type { StoragePaths } from './storage-paths.ts';

export interface OpenFarmCheckoutsInit {
  config: StoreConfig;
  paths: StoragePaths;
  database: StateDatabase;
  /** The folder of this server. */
  local: FileCheckoutStore;
  pins: PinStore;
  store: BlobStore;
  logger: Logger;
  /** Called when trees are gone: files of the cache may go too. */
  onEvicted?: (() => void) | undefined;
}

/** Checkouts of several servers. */
export interface FarmCheckouts {
  readonly checkouts: CheckoutStore;
  /** What keeps files beside the folder of this server. */
  readonly references: readonly ReferenceSource[];
  follow(): AsyncDisposable;
}

/** In one folder that all see, or in a folder of each, with a registry. */
export async function openFarmCheckouts(init: OpenFarmCheckoutsInit): Promise<FarmCheckouts> {
  const { config, paths, database, local } = init;
  const { checkouts: root } = paths;
  if ((await decideFolders(database, { wantsShared: config.sharedCheckouts, root })) === 'own') return openOwn(init);
  await requireSharedFolder({ database, root, durability: config.durability });
  return { checkouts: local, references: [], follow: () => new AsyncDisposableStack() };
}

async function openOwn(init: OpenFarmCheckoutsInit): Promise<FarmCheckouts> {
  const { config, paths, database, local, pins, store, logger, onEvicted } = init;
  const onError = (error: unknown): void => logger.warn({ err: error }, 'Checkouts of other servers lag behind');
  const replica = await replicaName(paths.state);
  const registry = await openPostgresCheckoutRegistry({ database, replica, onError });
  const limits = { maxBytes: config.cacheBytes, keepMs: config.onDemandKeep };
  const evictor = new CopyEvictor({ local, ...limits, onEvicted, onError });
  const checkouts = new RegisteredCheckoutStore({
    ...{ registry, local, store, evictor, onError },
    materialise: config.materialise,
  });
  const { follower } = checkouts;
  await follower.sync();
  const onLeft = (path: string, reason: string): void =>
    logger.warn({ checkout: path, reason }, 'A checkout stays known to this server alone');
  await adoptCheckouts({ registry, local, pins, store, onLeft });
  const createClient = await createListenerClients(config.database ?? '');
  return {
    checkouts,
    references: [new RegistryReferences(database)],
    follow() {
      follower.start();
      return new DatabaseListener({
        ...{ createClient, channel: REGISTRY_CHANNEL, onError },
        onNotice: (payload) => follower.hear(payload),
        onListening: () => follower.hearAgain(),
      });
    },
  };
}

/** The same after a restart, so that what this server had begun is ended at once. The storage is locked: nobody else has it. */
async function replicaName(state: string): Promise<string> {
  const path = join(state, 'replica');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (!isErrnoException(error, 'ENOENT')) throw error;
  }
  const name = randomUUID();
  await writeFileAtomic(path, Buffer.from(`${name}\n`));
  return name;
}
