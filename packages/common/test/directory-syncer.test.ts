import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { DirectorySyncer } from '../src/directory-syncer.ts';
import { syncDirectory } from '../src/sync-directory.ts';

interface Running {
  path: string;
  end: () => void;
  fail: (error: Error) => void;
}

function controlled(): { syncer: DirectorySyncer; runs: Running[] } {
  const runs: Running[] = [];
  const syncer = new DirectorySyncer(
    (path) => new Promise((resolve, reject) => void runs.push({ path, end: resolve, fail: reject })),
  );
  return { syncer, runs };
}

async function settled(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise(setImmediate);
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('DirectorySyncer', () => {
  test('answers those who ask during a sync by one that starts afterwards', async () => {
    const { syncer, runs } = controlled();
    const first = syncer.request('/a');
    const late = [syncer.request('/a'), syncer.request('/a'), syncer.request('/a')];
    expect(runs).toHaveLength(1);

    runs[0]?.end();
    await first;
    await Promise.resolve();
    expect(await Promise.all(late.map(settled))).toEqual([false, false, false]);
    expect(runs).toHaveLength(2);

    runs[1]?.end();
    await Promise.all(late);
    expect(runs).toHaveLength(2);
  });

  test('does not let one directory wait for another', async () => {
    const { syncer, runs } = controlled();
    void syncer.request('/a');
    const other = syncer.request('/b');
    runs[1]?.end();
    await other;
    expect(runs.map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  test('reports a failed sync to everybody who shared it, and to nobody else', async () => {
    const { syncer, runs } = controlled();
    const first = syncer.request('/a');
    const second = [syncer.request('/a'), syncer.request('/a')];
    runs[0]?.fail(new Error('failed'));
    await expect(first).rejects.toThrow('failed');
    await new Promise(setImmediate);
    runs[1]?.end();
    await Promise.all(second);

    const third = [syncer.request('/a'), syncer.request('/a')];
    runs[2]?.end();
    await third[0];
    await new Promise(setImmediate);
    runs[3]?.fail(new Error('failed again'));
    await expect(third[1]).rejects.toThrow('failed again');
  });

  test('starts anew after it was idle', async () => {
    const { syncer, runs } = controlled();
    for (const at of [0, 1, 2]) {
      const done = syncer.request('/a');
      runs[at]?.end();
      await done;
      await new Promise(setImmediate);
    }
    expect(runs).toHaveLength(3);
  });

  test('always ends for a row of requests in any rhythm', async () => {
    let syncs = 0;
    const syncer = new DirectorySyncer(async () => {
      syncs += 1;
      await new Promise(setImmediate);
    });
    const waits = Array.from({ length: 300 }, async (_, at) => {
      for (let ticks = at % 7; ticks > 0; ticks -= 1)
        await (at % 2 === 0 ? new Promise(setImmediate) : Promise.resolve());
      await syncer.request('/a');
    });
    await Promise.all(waits);
    expect(syncs).toBeLessThan(30);
  });
});

describe.skipIf(process.platform === 'win32')('syncDirectory', () => {
  test('syncs a directory that is there, and fails for one that is not', async () => {
    await using directory = await temporaryDirectory();
    await syncDirectory(directory.path);
    await expect(syncDirectory(`${directory.path}/missing`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
