import type { ShamanFile } from '@waybill/shaman-protocol';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { CheckoutExistsError } from '../../src/checkouts/checkout-errors.ts';
import type { RegisteredCheckout } from '../../src/checkouts/checkout-registry.ts';
import { TreeMaker, type TreeMakerInit } from '../../src/checkouts/tree-maker.ts';
import { fileOf } from './support.ts';

const tree = (name: string) => ({ path: name, registration: `farm/${name}` });
const files: readonly ShamanFile[] = [fileOf('one', 'one')];

/** A registry and a folder in memory. */
function openScene(init: Partial<TreeMakerInit> = {}) {
  const registered = new Set(['a', 'b', 'c', 'd'].map((name) => `farm/${name}`));
  const here = new Map<string, string>();
  const made: string[] = [];
  const errors: unknown[] = [];
  const scene = { registered, here, made, errors, atOnce: 0, mostAtOnce: 0, work: () => Promise.resolve() };
  const registry: TreeMakerInit['registry'] = {
    files: (registration) => Promise.resolve(registered.has(registration) ? [...files] : undefined),
    findRegistration: (registration) =>
      Promise.resolve(registered.has(registration) ? ({ registration } as RegisteredCheckout) : undefined),
  };
  const local: TreeMakerInit['local'] = {
    registrationAt: (path) => here.get(path),
    createRegistered: async ({ path, registration }) => {
      made.push(path);
      scene.atOnce += 1;
      scene.mostAtOnce = Math.max(scene.mostAtOnce, scene.atOnce);
      await scene.work().finally(() => (scene.atOnce -= 1));
      if (here.has(path)) throw new CheckoutExistsError(path);
      here.set(path, registration);
      return { path, files: 1, sizeBytes: 3 };
    },
    eraseRegistered: ({ path, registration }) => Promise.resolve(here.get(path) === registration && here.delete(path)),
  };
  const dropErased = (): Promise<void> => Promise.resolve();
  const maker = new TreeMaker({ registry, local, dropErased, onError: (error) => errors.push(error), ...init });
  return { scene, maker, registry, local };
}

describe('a maker of trees', () => {
  it('makes a tree once for all who ask for it', async () => {
    const { scene, maker } = openScene();
    await Promise.all([1, 2, 3].map(() => maker.make(tree('a'))));
    await maker.make(tree('a'));
    expect(scene.made).toEqual(['a']);
    expect(scene.here.get('a')).toBe('farm/a');
  });

  it('makes two at a time', async () => {
    const { scene, maker } = openScene();
    scene.work = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => maker.make(tree(name))));
    expect([scene.made.length, scene.mostAtOnce]).toEqual([4, 2]);
  });

  it('makes nothing of what was erased, and takes away what was erased meanwhile', async () => {
    const { scene, maker } = openScene();
    await maker.make(tree('unknown'));
    expect(scene.made).toEqual([]);
    scene.work = () => Promise.resolve(void scene.registered.delete('farm/a'));
    await maker.make(tree('a'));
    expect(scene.made).toEqual(['a']);
    expect([...scene.here]).toEqual([]);
  });

  it('drops what was erased elsewhere and is in the way, and tries once more', async () => {
    const scene = openScene();
    const maker = new TreeMaker({
      ...{ registry: scene.registry, local: scene.local },
      dropErased: () => Promise.resolve(void scene.scene.here.delete('a')),
    });
    scene.scene.here.set('a', 'farm/before');
    await maker.make(tree('a'));
    expect(scene.scene.here.get('a')).toBe('farm/a');
  });

  it('says that something else is in the way, and leaves it there', async () => {
    const { scene, maker } = openScene();
    scene.here.set('a', 'farm/other');
    await expect(maker.make(tree('a'))).rejects.toThrow(CheckoutExistsError);
    expect(scene.here.get('a')).toBe('farm/other');
  });

  it('tries again what is wanted and failed, and not before it is time', async () => {
    const { scene, maker } = openScene({ retryMs: 100 });
    let attempts = 0;
    scene.work = () => ((attempts += 1) < 3 ? Promise.reject(new Error('no disk')) : Promise.resolve());
    maker.want(tree('a'));
    await waitFor(() => scene.errors.length === 1);
    expect(maker.missing).toBe(1);
    maker.retry();
    expect(attempts).toBe(1);
    await waitFor(() => {
      maker.retry();
      return scene.here.has('a');
    });
    await waitFor(() => maker.missing === 0);
    expect([attempts, scene.errors.length]).toEqual([3, 2]);
    await maker.close();
  });

  it('goes on for the others when one of them no longer waits', async () => {
    const { scene, maker } = openScene();
    const gate = Promise.withResolvers<undefined>();
    scene.work = () => gate.promise.then(() => undefined);
    const leaving = new AbortController();
    const [left, stayed] = [maker.make(tree('a'), { signal: leaving.signal }), maker.make(tree('a'))];
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    gate.resolve(undefined);
    await stayed;
    expect(scene.made).toEqual(['a']);
  });
});
