import { type SpawnedChild, spawnChild, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { lockDirectory } from '../src/lock-directory.ts';

const child = new URL('fixtures/lock-holder.ts', import.meta.url);

async function firstLine(holder: SpawnedChild): Promise<string> {
  for await (const line of holder.lines) return line;
  throw new Error(`the child said nothing: ${(await holder.exited).stderr}`);
}

test('keeps a directory from a second process, and frees it when the first one is killed', async () => {
  await using directory = await temporaryDirectory();
  const rounds = tierCount({ push: 3, nightly: 30 });
  for (let round = 0; round < rounds; round += 1) {
    await using holder = await spawnChild(child, [directory.path]);
    expect(await firstLine(holder)).toBe('owner');
    await using other = await spawnChild(child, [directory.path]);
    expect(await firstLine(other)).toBe('locked');
    await expect(lockDirectory(directory.path)).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_LOCKED',
      owner: expect.stringContaining(`p${holder.pid}s`) as string,
    });
    holder.kill('SIGKILL');
    await holder.exited;
    const lock = await lockDirectory(directory.path);
    await lock.release();
  }
});

test('frees a directory when its owner ends in good order', async () => {
  await using directory = await temporaryDirectory();
  await using holder = await spawnChild(child, [directory.path]);
  expect(await firstLine(holder)).toBe('owner');
  holder.send(undefined);
  expect((await holder.exited).code).toBe(0);
  await using _lock = await lockDirectory(directory.path);
});

test('has exactly one owner when twenty processes race for it, again after that one was killed', async () => {
  await using directory = await temporaryDirectory();
  const rounds = tierCount({ push: 2, nightly: 20 });
  for (let round = 0; round < rounds; round += 1) {
    const racers = await Promise.all(Array.from({ length: 20 }, () => spawnChild(child, [directory.path])));
    try {
      const said = await Promise.all(racers.map(firstLine));
      expect(said.filter((line) => line === 'owner')).toHaveLength(1);
      expect(said.filter((line) => line === 'locked')).toHaveLength(19);
    } finally {
      // The owner is killed, and so leaves its files as they are for the next round.
      await Promise.all(racers.map((racer) => racer[Symbol.asyncDispose]()));
    }
  }
});
