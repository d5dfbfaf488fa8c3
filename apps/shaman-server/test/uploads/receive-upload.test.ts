import { blobBytes, createMemoryBlobStore } from '@waybill/blob-store';
import type { BlobStore } from '@waybill/blob-store';
import { describe, expect, it } from 'vitest';
import { StoreQuotaExceededError } from '../../src/limits/limit-errors.ts';
import { SpaceGuard } from '../../src/limits/space-guard.ts';
import { StoreUsage } from '../../src/limits/store-usage.ts';
import { createLocalUploadCoordinator } from '../../src/uploads/local-upload-coordinator.ts';
import { receiveUpload } from '../../src/uploads/receive-upload.ts';
import type { IncomingUpload, UploadServices } from '../../src/uploads/receive-upload.ts';
import { inChunks, makeFile } from './support.ts';

const { key, content } = makeFile(1, 5000);

function servicesWith(store: BlobStore, maxStoreBytes?: number): UploadServices {
  const usage = new StoreUsage(store);
  return {
    store,
    uploads: createLocalUploadCoordinator({ deferrableMs: 10, patientMs: 5000 }),
    pins: { renewFor: () => undefined },
    space: new SpaceGuard({ usage, maxStoreBytes }),
  };
}

const permit = { release: () => undefined, [Symbol.dispose]: () => undefined };

function upload(body: () => AsyncIterable<Uint8Array>, canDefer = false): IncomingUpload {
  return { key, canDefer, acquireSlot: () => Promise.resolve(permit), openBody: body };
}

describe('receiveUpload', () => {
  it('stores a file and says so once it is there', async () => {
    const store = createMemoryBlobStore();
    expect(
      await receiveUpload(
        servicesWith(store),
        upload(() => inChunks(content)),
      ),
    ).toBe('stored');
    expect(await blobBytes(await store.get(key))).toEqual(content);
  });

  it('reads nothing of a file that is there', async () => {
    const store = createMemoryBlobStore();
    await store.put(key, content);
    const body = (): never => {
      throw new Error('the body was opened');
    };
    expect(await receiveUpload(servicesWith(store), upload(body))).toBe('exists');
  });

  it('takes a file anew that a collection deletes between the look and the mark', async () => {
    const store = createMemoryBlobStore();
    await store.put(key, content);
    let looks = 0;
    const raced: BlobStore = Object.assign(Object.create(store) as BlobStore, {
      has: async (...args: Parameters<BlobStore['has']>) => {
        const isThere = await store.has(...args);
        if ((looks += 1) === 1) await store.delete(key);
        return isThere;
      },
      put: store.put.bind(store),
      touch: store.touch.bind(store),
    });
    expect(
      await receiveUpload(
        servicesWith(raced),
        upload(() => inChunks(content)),
      ),
    ).toBe('stored');
    expect(await store.has(key)).toBe(true);
  });

  it('reads one body of two hundred that come at once', async () => {
    const store = createMemoryBlobStore();
    let opened = 0;
    const body = (): AsyncIterable<Uint8Array> => {
      opened += 1;
      return inChunks(content);
    };
    const services = servicesWith(store);
    const results = await Promise.all(Array.from({ length: 200 }, () => receiveUpload(services, upload(body))));
    expect(results.filter((result) => result === 'stored')).toHaveLength(1);
    expect(results.filter((result) => result === 'exists')).toHaveLength(199);
    expect(opened).toBe(1);
  });

  it('makes nobody wrong when the first of two hundred fails', async () => {
    const store = createMemoryBlobStore();
    const services = servicesWith(store);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield content.subarray(0, 100);
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('connection broke');
    };
    const first = receiveUpload(services, upload(broken));
    const others = Array.from({ length: 199 }, async () => {
      const result = await receiveUpload(
        services,
        upload(() => inChunks(content)),
      );
      expect(await store.has(key)).toBe(true);
      return result;
    });
    await expect(first).rejects.toThrow('connection broke');
    const results = await Promise.all(others);
    expect(results.filter((result) => result === 'stored')).toHaveLength(1);
    expect(results.filter((result) => result === 'exists')).toHaveLength(198);
  });

  it('refuses wrong content and then takes the right one', async () => {
    const services = servicesWith(createMemoryBlobStore());
    const wrong = new Uint8Array(content.length);
    await expect(
      receiveUpload(
        services,
        upload(() => inChunks(wrong)),
      ),
    ).rejects.toMatchObject({
      code: 'ERR_BLOB_DIGEST_MISMATCH',
    });
    expect(
      await receiveUpload(
        services,
        upload(() => inChunks(content)),
      ),
    ).toBe('stored');
  });

  it('tells one whose file another has stored meanwhile that it is there', async () => {
    const store = createMemoryBlobStore();
    const uploads = createLocalUploadCoordinator({ patientMs: 10 });
    const services = { ...servicesWith(store), uploads };
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield content.subarray(0, 10);
      await new Promise(() => undefined);
    };
    const stuck = receiveUpload(services, upload(endless));
    expect(
      await receiveUpload(
        services,
        upload(() => inChunks(content)),
      ),
    ).toBe('stored');
    expect(await stuck).toBe('exists');
  });

  it('defers a client that can be deferred while another upload moves', async () => {
    const services = servicesWith(createMemoryBlobStore());
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield content.subarray(0, 10);
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield content.subarray(10);
    };
    const first = receiveUpload(services, upload(slow));
    expect(
      await receiveUpload(
        services,
        upload(() => inChunks(content), true),
      ),
    ).toBe('deferred');
    expect(await first).toBe('stored');
  });

  it('refuses what does not fit before it reads a byte, and gives the room back', async () => {
    const services = servicesWith(createMemoryBlobStore(), 4999);
    const body = (): never => {
      throw new Error('the body was opened');
    };
    await expect(receiveUpload(services, upload(body))).rejects.toThrow(StoreQuotaExceededError);
    using reservation = await services.space.reserve(4999);
    expect(reservation).toBeDefined();
  });

  it('stops when the client goes away, and lets the next one in', async () => {
    const services = servicesWith(createMemoryBlobStore());
    const controller = new AbortController();
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      yield content.subarray(0, 10);
      await new Promise(() => undefined);
    };
    const gone = receiveUpload(services, upload(endless), { signal: controller.signal });
    const next = receiveUpload(
      services,
      upload(() => inChunks(content)),
    );
    setTimeout(() => controller.abort(new Error('client gone')), 10);
    await expect(gone).rejects.toThrow('client gone');
    expect(await next).toBe('stored');
  });
});
