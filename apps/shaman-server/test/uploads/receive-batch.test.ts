import { createMemoryBlobStore } from '@waybill/blob-store';
import { createMemoryPinStore } from '../../src/state/memory-pins.ts';
import type { BatchFrame } from '@waybill/shaman-protocol';
import { describe, expect, it } from 'vitest';
import { createLocalUploadCoordinator } from '../../src/uploads/local-upload-coordinator.ts';
import { receiveBatch } from '../../src/uploads/receive-batch.ts';
import { makeFile } from './support.ts';

function openScene() {
  const [store, uploads, pins] = [createMemoryBlobStore(), createLocalUploadCoordinator(), createMemoryPinStore()];
  return { store, uploads, pins };
}

async function* framesOf(files: readonly ReturnType<typeof makeFile>[], end?: () => void): AsyncGenerator<BatchFrame> {
  for (const { key, content } of files) yield await Promise.resolve({ digest: key.digest, content });
  end?.();
}

const files = Array.from({ length: 40 }, (_file, index) => makeFile(index, 100));

describe('a batch', () => {
  it('holds the claims of its files until they are durable, and then tells who waits', async () => {
    const scene = openScene();
    const gate = Promise.withResolvers<undefined>();
    const putMany: typeof scene.store.putMany = async (items, options) => {
      const outcomes = await scene.store.putMany(items, options);
      await gate.promise;
      return outcomes;
    };
    const received = receiveBatch({ ...scene, store: { putMany } }, framesOf(files));
    while (scene.uploads.list().length < files.length) await new Promise((resolve) => setImmediate(resolve));
    const waiting = scene.uploads.begin(files[0]!.key);
    gate.resolve(undefined);
    expect((await received).map(({ outcome }) => outcome)).toEqual(files.map(() => 'stored'));
    expect(await waiting).toEqual({ kind: 'stored' });
    expect(scene.uploads.list()).toEqual([]);
  });

  it('that breaks off gives back every claim, and hands over what others wait for', async () => {
    const scene = openScene();
    const broken = new Error('broken off');
    const waiting: Promise<{ kind: string }>[] = [];
    const frames = framesOf(files, () => {
      waiting.push(scene.uploads.begin(files[39]!.key));
      throw broken;
    });
    await expect(receiveBatch(scene, frames)).rejects.toBe(broken);
    expect((await waiting[0])?.kind).toBe('claimed');
    expect(scene.uploads.list()).toHaveLength(1);
  });

  it('in which a file comes twice says so twice, and waits for nobody', async () => {
    const scene = openScene();
    const [one, two] = files as [(typeof files)[0], (typeof files)[0]];
    const outcomes = await receiveBatch(scene, framesOf([one, two, one]));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'exists']);
    expect(scene.uploads.list()).toEqual([]);
  });

  it('tells of a wrong file alone, whose claim goes to who waits for it', async () => {
    const scene = openScene();
    const wrong = { key: files[0]!.key, content: new Uint8Array(100) };
    const outcomes = await receiveBatch(scene, framesOf([wrong, files[1]!]));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'stored']);
    expect(scene.uploads.list()).toEqual([]);
    expect((await scene.uploads.begin(wrong.key)).kind).toBe('claimed');
  });
});
