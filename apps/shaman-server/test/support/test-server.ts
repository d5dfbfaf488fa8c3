import { sha256 } from '@waybill/digest';
import { blobKey, formatBlobKey } from '@waybill/blob-store';
import type { BlobKey, BlobStore } from '@waybill/blob-store';
import { formatHex } from '@waybill/digest';
import { createLogger, createMetrics } from '@waybill/http-kit';
import type { Server } from '@waybill/http-kit';
import { temporaryDirectory } from '@waybill/test-kit';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Registry } from 'prom-client';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import type { AuthenticatorInit } from '../../src/auth/authenticator.ts';
import type { StoreConfig } from '../../src/config/check-serve-config.ts';
import { createServices } from '../../src/server/create-services.ts';
import type { LimitConfig } from '../../src/server/create-services.ts';
import { createShamanServer } from '../../src/server/create-shaman-server.ts';
import type { ShamanServerInit } from '../../src/server/create-shaman-server.ts';
import type { ProgramContext } from '../../src/server/program-context.ts';
import type { ServerConfig } from '../../src/server/server-config.ts';
import { openStorage } from '../../src/server/open-storage.ts';
import type { Storage } from '../../src/server/open-storage.ts';
import type { Services } from '../../src/server/services.ts';
import { createLocalUploadCoordinator } from '../../src/uploads/local-upload-coordinator.ts';
import type { LocalUploadCoordinatorInit } from '../../src/uploads/local-upload-coordinator.ts';

const LIMITS: LimitConfig = {
  ...{ maxStoreBytes: 0, maxFileBytes: 2 ** 40, minFreeBytes: 0, maxUploads: 128, maxUploadsPerClient: 256 },
  ...{ maxDefinitionBytes: 2 ** 26, maxDefinitionFiles: 1_000_000, idleTimeout: 60_000 },
};

export interface TestServerInit {
  limits?: Partial<LimitConfig>;
  auth?: AuthenticatorInit;
  patience?: LocalUploadCoordinatorInit;
  /** How long an upload waits for its turn. */
  slotPatienceMs?: number;
  tokens?: ShamanServerInit['tokens'];
  earlyAnswers?: ShamanServerInit['earlyAnswers'];
  /** Puts something in front of the store. */
  wrapStore?: (store: BlobStore) => BlobStore;
  logs?: { write(line: string): void };
}

export interface TestServer extends AsyncDisposable {
  readonly server: Server;
  readonly services: Services;
  readonly storage: Storage;
  readonly registry: Registry;
  readonly path: string;
  /** Each method of each route. */
  readonly routes: readonly { readonly method: string; readonly url: string }[];
  inject(options: string | InjectOptions): Promise<LightMyRequestResponse>;
  /** Listens on loopback; the URL. */
  listen(): Promise<string>;
}

/** The whole server on a file system of its own, without a process around it. */
export async function createTestServer(init: TestServerInit = {}): Promise<TestServer> {
  const directory = await temporaryDirectory();
  const registry = createMetrics('test', { defaultMetrics: false });
  const stream = init.logs ?? { write: () => undefined };
  const logger = createLogger({ name: 'test', level: init.logs === undefined ? 'silent' : 'debug', stream });
  const storage = await openStorage({ config: storeConfig(directory.path), logger });
  const uploads = createLocalUploadCoordinator(init.patience);
  const auth = createAuthenticator(init.auth ?? { open: true });
  const wrapped = { ...storage, store: init.wrapStore?.(storage.store) ?? storage.store };
  const limits = { ...LIMITS, ...init.limits };
  const services = createServices({
    version: '1.2.3',
    storage: wrapped,
    uploads,
    auth,
    limits,
    registry,
    slotPatienceMs: init.slotPatienceMs,
  });
  const { tokens, earlyAnswers } = init;
  const routes: { method: string; url: string }[] = [];
  const onRoute = (route: { method: string | string[]; url: string }): void => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url });
  };
  const http = { version: '1.2.3', logger, registry, onRoute };
  const server = await createShamanServer({ ...http, services, tokens, earlyAnswers });
  return {
    ...{ server, services, storage, registry, routes, path: directory.path },
    inject: (options) => server.app.inject(options),
    listen: async () => (await server.listen()).url,
    async [Symbol.asyncDispose]() {
      await server.drain(0);
      await storage[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

export function storeConfig(storage: string): StoreConfig {
  return {
    ...{ storage, fileStore: undefined, checkouts: undefined, blobStore: undefined, database: undefined },
    ...{ extraCheckouts: [], cacheBytes: 2 ** 30, sharedCheckouts: false, materialise: 'eager' },
    onDemandKeep: 86_400_000,
    durability: 'full',
    checkoutLinks: 'auto',
    logLevel: 'silent',
    logFormat: 'json',
  };
}

/** What `serve` has by default, in a storage of its own. */
export function serverConfig(storage: string, changes: Partial<ServerConfig> = {}): ServerConfig {
  return {
    ...storeConfig(storage),
    ...LIMITS,
    ...{ host: '127.0.0.1', port: 0, tlsCert: undefined, tlsKey: undefined, trustProxy: [], drain: 1000 },
    ...{ gc: true, gcInterval: 86_400_000, gcMaxAge: 31 * 86_400_000 },
    ...{ scrub: false, scrubInterval: 86_400_000, scrubBytesPerSecond: 0 },
    ...{ tokens: [], jwtKeys: undefined, jwtKeyUrl: undefined, jwksUrl: undefined, oidcIssuer: undefined },
    ...{ jwtAudience: undefined, anonymousV3From: [], insecure: false, getToken: false },
    ...{ flamencoServer: undefined, flamencoManagerId: undefined, flamencoSecret: undefined },
    ...changes,
  };
}

export function testContext(): ProgramContext {
  const registry = createMetrics('test', { defaultMetrics: false });
  return { registry, logger: createLogger({ name: 'test', level: 'silent' }) };
}

export interface TestFile {
  readonly path: string;
  readonly content: Buffer;
  readonly sha: string;
  readonly sizeBytes: number;
  readonly key: BlobKey;
  /** `sha/size`, as in URLs. */
  readonly name: string;
}

export function testFile(path: string, content: string | Uint8Array): TestFile {
  const bytes = Buffer.from(content);
  const sha = formatHex(sha256(bytes));
  const key = blobKey(sha, bytes.length);
  return { path, content: bytes, sha, sizeBytes: bytes.length, key, name: formatBlobKey(key).replace('-', '/') };
}

/** Lines of a v2 definition. */
export function definitionV2(files: readonly TestFile[]): string {
  return files.map(({ sha, sizeBytes, path }) => `${sha} ${sizeBytes} ${path}\n`).join('');
}

export function definitionV3(files: readonly TestFile[]) {
  return files.map(({ sha, sizeBytes, path }) => ({ sha, size: sizeBytes, path }));
}
