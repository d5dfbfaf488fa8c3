import { createMetrics } from '@waybill/http-kit';
import { expect, it } from 'vitest';
import { createServices } from '../../src/server/create-services.ts';
import { createTestServer, serverConfig } from '../support/test-server.ts';

it('keeps the disk free where uploads go to it, and looks at none where they go to a remote store', async () => {
  await using server = await createTestServer();
  const { storage, services } = server;
  const { uploads, auth } = services;
  const limits = serverConfig(server.path, { minFreeBytes: Number.MAX_SAFE_INTEGER });
  const spaceOf = (uploadFolder: string | undefined) => {
    const registry = createMetrics('test', { defaultMetrics: false });
    const init = { version: '1.2.3', uploads, auth, limits, registry };
    return createServices({ ...init, storage: { ...storage, uploadFolder } }).space;
  };
  expect(storage.uploadFolder).toBe(storage.paths.fileStore);
  await expect(spaceOf(storage.uploadFolder).reserve(1)).rejects.toMatchObject({ code: 'ERR_FREE_SPACE_LOW' });
  using reservation = await spaceOf(undefined).reserve(1);
  expect(reservation).toBeDefined();
});
