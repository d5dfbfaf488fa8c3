import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlobKey, type BlobStore, createMemoryBlobStore } from '@waybill/blob-store';
import { formatHex } from '@waybill/digest';
import { temporaryDirectory, tierCount } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { MissingFilesError } from '../../src/checkouts/checkout-errors.ts';
import type { ReferenceSource } from '../../src/gc/reference-source.ts';
import { TreeReferences } from '../../src/gc/tree-references.ts';
import { createMemoryPinStore } from '../../src/state/memory-pins.ts';
import type { PinStore } from '../../src/state/pins.ts';
import { openScene } from '../checkouts/support.ts';
import { type RaceWorld, runRace } from './race-model.ts';
import { contentOf, TestClock } from './support.ts';

const EVENTS = tierCount({ push: 100_000, nightly: 1_000_000 });
const FILE_EVENTS = tierCount({ push: 3_000, nightly: 30_000 });
/** Enough to see a loss that a broken protection allows. */
const FEW_EVENTS = 5_000;
/** They take some seconds on a machine that does nothing else. */
const TIMEOUT_MS = 900_000;

const contents = Array.from({ length: 200 }, (_, index) => contentOf(`content ${index}`));

/** Each call takes some turns before and after it does its work, so that anything can come in between. */
function slowed(store: BlobStore, break_: (options: object) => object = (options) => options): BlobStore {
  const turns = async (): Promise<void> => {
    for (let turn = Math.random() * 4; turn > 0; turn -= 1) await Promise.resolve();
  };
  const slow = ['put', 'hasMany', 'delete'];
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!slow.includes(String(name))) return value.bind(target) as unknown;
      return async (...args: unknown[]) => {
        await turns();
        if (name === 'delete') args[1] = break_(args[1] ?? {});
        const result: unknown = await (value as (...all: unknown[]) => unknown).apply(target, args);
        await turns();
        return result;
      };
    },
  });
}

interface MemoryFaults {
  pins?: (pins: PinStore) => PinStore;
  deleteOptions?: (options: object) => object;
}

/** Checkouts in a map, made in the same order of steps as those on disk. */
function memoryWorld({ pins: breakPins = (pins) => pins, deleteOptions }: MemoryFaults = {}): RaceWorld {
  const clock = new TestClock();
  const nowMs = (): number => clock.nowMs();
  const store = slowed(createMemoryBlobStore({ now: nowMs }), deleteOptions);
  const pins = breakPins(createMemoryPinStore({ clock }));
  const checkouts = new Map<string, readonly BlobKey[]>();
  let number = 0;
  const source: ReferenceSource = {
    name: 'checkouts',
    collect: async (into) => {
      for (const name of [...checkouts.keys()]) {
        await Promise.resolve();
        for (const { digest } of checkouts.get(name) ?? []) into.add(digest);
      }
      return checkouts.size;
    },
  };
  return {
    store,
    pins,
    clock,
    nowMs,
    contents,
    maxAgeMs: 600_000,
    sources: [source],
    createCheckout: async (keys) => {
      await pins.pin(keys);
      if ((await store.hasMany(keys, { touch: true })).includes(false)) return undefined;
      await Promise.resolve();
      number += 1;
      checkouts.set(String(number), keys);
      return String(number);
    },
    eraseCheckout: async (name) => void checkouts.delete(name),
    rest: async (random) => {
      if (random() < 0.3) clock.advance(random() * 60_000);
      for (let turn = random() * 12; turn > 0; turn -= 1) await Promise.resolve();
    },
  };
}

const withoutPins = (pins: PinStore): PinStore => ({
  pin: () => Promise.resolve(),
  renewFor: () => undefined,
  withUnpinned: (keys, work) => work(keys),
  count: () => pins.count(),
  close: () => pins.close(),
});

describe('garbage collection beside everything else', () => {
  it(
    `loses nothing that is referred to, pinned or young in ${EVENTS} events`,
    { timeout: TIMEOUT_MS },
    async ({ annotate }) => {
      const { events, deleted, lost } = await runRace(memoryWorld(), EVENTS, 1);
      await annotate(JSON.stringify({ ...events, deleted }));
      expect(lost).toEqual([]);
      expect(deleted).toBeGreaterThan(EVENTS / 100);
    },
  );

  it('would lose blobs without pins: the model notices', async () => {
    const { lost } = await runRace(memoryWorld({ pins: withoutPins }), FEW_EVENTS, 2);
    expect(lost.length).toBeGreaterThan(0);
  });

  it('would lose blobs if it did not look at the age again when it deletes: the model notices', async () => {
    const deleteOptions = (): object => ({});
    const { lost } = await runRace(memoryWorld({ deleteOptions }), FEW_EVENTS, 3);
    expect(lost.length).toBeGreaterThan(0);
  });

  it(
    `loses nothing of a store on disk that is reached by a symbolic link, in ${FILE_EVENTS} events`,
    { timeout: TIMEOUT_MS },
    async ({ annotate }) => {
      await using storage = await temporaryDirectory();
      await mkdir(join(storage.path, 'disk/deep'), { recursive: true });
      await symlink('disk/deep', join(storage.path, 'shared'));
      const clock = new TestClock();
      const pins = createMemoryPinStore({ clock });
      const { store, checkouts, root } = await openScene(join(storage.path, 'shared'), { pins, freshMs: 0 });
      const world: RaceWorld = {
        store,
        pins,
        clock,
        nowMs: () => Date.now(),
        contents: contents.slice(0, 100),
        maxAgeMs: 60,
        sources: [new TreeReferences(root)],
        createCheckout: async (keys) => {
          const files = keys.map(({ digest, sizeBytes }) => ({ sha: formatHex(digest), sizeBytes }));
          const named = files.map((file) => ({ ...file, path: `d/${file.sha.slice(0, 8)}/scene` }));
          try {
            return (await checkouts.create({ layout: 'v3', path: 'show/job' }, named)).path;
          } catch (error) {
            if (error instanceof MissingFilesError) return undefined;
            throw error;
          }
        },
        eraseCheckout: async (name) => expect(await checkouts.erase(name)).toBe(true),
        rest: async (random) => {
          if (random() < 0.3) clock.advance(random() * 60_000);
          if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 4));
        },
      };
      const { events, deleted, lost } = await runRace(world, FILE_EVENTS, 4);
      await annotate(JSON.stringify({ ...events, deleted }));
      expect(lost).toEqual([]);
      // How many grow old before somebody asks for them is a matter of how busy the machine is.
      expect(deleted).toBeGreaterThan(0);
    },
  );
});
