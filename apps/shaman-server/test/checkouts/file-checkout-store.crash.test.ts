import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { openScene, strays, treeOf } from './support.ts';

const KILLS = tierCount({ push: 15, nightly: 300 });

/** All checkouts that anybody can see: every folder with a folder `folder-…` in it, and empty ones. */
function visible(root: string): string[] {
  return readdirSync(root)
    .filter((show) => show.startsWith('show-'))
    .flatMap((show) => readdirSync(join(root, show)).map((name) => `${show}/${name}`));
}

it(`leaves only whole checkouts when killed at ${KILLS} moments of making, erasing and collecting, and the next start clears up`, async ({
  annotate,
}) => {
  const random = seededRandom(7);
  const hits = { building: 0, erasing: 0, neither: 0, collected: 0 };
  // The same store for all: what one killed process leaves is what the next one starts with.
  await using storage = await temporaryDirectory();
  const root = join(storage.path, 'jobs');
  for (let kill = 0; kill < KILLS; kill += 1) {
    await using child = await spawnChild(new URL('./fixtures/busy-child.ts', import.meta.url), [storage.path]);
    const acknowledged = new Set<string>();
    const erased = new Set<string>();
    const begun = Promise.withResolvers<undefined>();
    const reading = (async () => {
      for await (const line of child.lines) {
        const [word = '', path = ''] = line.split(' ');
        if (word === 'made') acknowledged.add(path);
        if (word === 'erasing') acknowledged.delete(path);
        if (word === 'erased') erased.add(path);
        if (word === 'collected') hits.collected += Number(path);
        if (word === 'collected') begun.resolve(undefined);
      }
    })();
    await Promise.race([begun.promise, child.exited]);
    await sleep(random() * 100);
    child.kill('SIGKILL');
    expect((await child.exited).stderr).toBe('');
    await reading;

    const left = strays(root);
    const building = readdirSync(join(root, '.waybill/building')).length > 0;
    const erasing = readdirSync(join(root, '.waybill/erasing')).length > 0;
    hits[building ? 'building' : erasing ? 'erasing' : 'neither'] += 1;
    for (const path of visible(root)) {
      const links = treeOf(join(root, path)).filter((entry) => entry.includes(' -> '));
      expect([path, links.length]).toEqual([path, 40]);
      for (const link of links) {
        const [name = ''] = link.split(' -> ');
        expect(readFileSync(join(root, path, name), 'utf8')).toBe(`content ${name.slice(name.indexOf('file-') + 5)}`);
      }
    }
    for (const path of acknowledged) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    const { checkouts } = await openScene(storage.path);
    expect(strays(root)).toEqual([]);
    const listed = (await Array.fromAsync(checkouts.list())).map(({ path }) => path);
    expect(listed.sort()).toEqual(visible(root).sort());
    for (const path of acknowledged) expect(listed).toContain(path);
    expect(left.length).toBeLessThan(10);
    for (const path of listed) expect(await checkouts.erase(path)).toBe(true);
  }
  await annotate(JSON.stringify(hits));
  expect(hits.building + hits.erasing).toBeGreaterThan(KILLS / 3);
  expect(hits.collected).toBeGreaterThan(KILLS);
});
