import { join } from 'node:path';
import type { BlobStore } from '@waybill/blob-store';
import { createMemoryBlobStore } from '@waybill/blob-store';
import { createFsBlobStore } from '@waybill/blob-store-fs';
import { sha256 } from '@waybill/digest';
import type { ShamanFile } from '@waybill/shaman-protocol';
import pg from 'pg';
import { CheckoutMaterialiser } from '../../src/checkouts/checkout-materialiser.ts';
import { CopyEvictor } from '../../src/checkouts/copy-evictor.ts';
import { openFileCheckoutStore } from '../../src/checkouts/open-file-checkout-store.ts';
import type { FileCheckoutStore } from '../../src/checkouts/file-checkout-store.ts';
import { openPostgresCheckoutRegistry } from '../../src/checkouts/postgres-checkout-registry.ts';
import type { CheckoutRegistry } from '../../src/checkouts/checkout-registry.ts';
import { RegisteredCheckoutStore } from '../../src/checkouts/registered-checkout-store.ts';
import { REGISTRY_CHANNEL } from '../../src/checkouts/registry-tables.ts';
import { createStoreLocator } from '../../src/checkouts/store-locator.ts';
import { DatabaseListener } from '../../src/state/database-listener.ts';
import { openPostgresPinStore } from '../../src/state/postgres-pins.ts';
import type { PinStore } from '../../src/state/pins.ts';
import type { SharedDatabase } from '../../src/state/shared-database.ts';
import { fileOf } from './support.ts';

export interface FarmServer extends AsyncDisposable {
  readonly checkouts: RegisteredCheckoutStore;
  readonly registry: CheckoutRegistry;
  readonly local: FileCheckoutStore;
  readonly pins: PinStore;
  /** The folder of its checkouts. */
  readonly jobs: string;
}

export interface FarmServerInit {
  materialise?: 'eager' | 'on-demand';
  leaseMs?: number;
  pollMs?: number;
  /** Default true: hears what others tell. */
  listens?: boolean;
  /** Bytes of the trees that are made on demand; none is kept for its last use. Default: no limit. */
  onDemandBytes?: number;
  onError?: (error: unknown) => void;
}

/** What all servers of a test see. */
export function createFarmStore() {
  const store = createMemoryBlobStore();
  const put = async (text: string, path: string): Promise<ShamanFile> => {
    const bytes = Buffer.from(text);
    await store.put({ digest: sha256(bytes), sizeBytes: bytes.length }, bytes);
    return fileOf(text, path);
  };
  return { store, put };
}

/** A server without its HTTP side: a folder and a cache of its own, the database and the store of all. */
export async function openFarmServer(
  storage: string,
  { database, url, store }: { database: SharedDatabase; url: string; store: BlobStore },
  { materialise = 'eager', leaseMs, pollMs, listens = true, onDemandBytes, onError }: FarmServerInit = {},
): Promise<FarmServer> {
  await using stack = new AsyncDisposableStack();
  const cache = await createFsBlobStore({ root: join(storage, 'file-store'), durability: 'none' });
  const pins = await openPostgresPinStore({ database });
  const cacheLocator = createStoreLocator(cache);
  const locator = new CheckoutMaterialiser({ remote: store, cache, cacheLocator });
  const jobs = join(storage, 'jobs');
  const local = await openFileCheckoutStore({ root: jobs, locator, pins, durability: 'none' });
  const registry = await openPostgresCheckoutRegistry({ database, replica: storage, leaseMs, onError });
  const limits = { maxBytes: onDemandBytes ?? Infinity, keepMs: -60_000 };
  const evictor = new CopyEvictor({ local, ...limits, onError });
  const checkouts = new RegisteredCheckoutStore({ registry, local, store, evictor, materialise, pollMs, onError });
  stack.defer(() => checkouts.close());
  await checkouts.follower.sync();
  checkouts.follower.start();
  const createClient = () => new pg.Client({ connectionString: url });
  const onNotice = (payload: string): void => checkouts.follower.hear(payload);
  const onListening = (): void => checkouts.follower.hearAgain();
  const listener = { createClient, channel: REGISTRY_CHANNEL, onNotice, onListening, retryMs: 20 };
  if (listens) stack.use(new DatabaseListener(listener));
  const kept = stack.move();
  return { checkouts, registry, local, pins, jobs, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
