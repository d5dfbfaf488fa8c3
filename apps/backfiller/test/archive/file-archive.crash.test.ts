import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiskFullError } from '@waybill/common';
import { digestsEqual, sha256 } from '@waybill/digest';
import { parseSegmentName } from '@waybill/segments';
import { seededRandom, skipWithout, spawnChild, temporaryDirectory, tierCount, withTmpfs } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { HOUR, makeSegment, openArchive } from './support.ts';

const qualityOf = (base: string): string => path.join(base, 'demo/source');

function filesBelow(base: string): string[] {
  if (!existsSync(qualityOf(base))) return [];
  return readdirSync(qualityOf(base)).flatMap((hour) =>
    readdirSync(path.join(qualityOf(base), hour)).map((name) => `${hour}/${name}`),
  );
}

describe('an archive whose writer is killed', () => {
  it('holds only whole segments under their final names, all that were acknowledged among them, and is swept by the next', async () => {
    const random = seededRandom(2);
    for (let kill = 0; kill < tierCount({ push: 6, nightly: 100 }); kill++) {
      await using base = await temporaryDirectory();
      await using child = await spawnChild(new URL('./fixtures/publish-child.ts', import.meta.url), [base.path]);
      const acknowledged: string[] = [];
      const reading = (async () => {
        for await (const line of child.lines) acknowledged.push(line);
      })();
      while (acknowledged.length === 0) await sleep(5);
      await sleep(random() * 150);
      child.kill('SIGKILL');
      await child.exited;
      await reading;
      const files = filesBelow(base.path);
      for (const file of files.filter((one) => !one.includes('-temp-'))) {
        const { digest } = parseSegmentName(path.basename(file));
        expect(digestsEqual(sha256(readFileSync(path.join(qualityOf(base.path), file))), digest!)).toBe(true);
      }
      for (const file of acknowledged.slice(1)) expect(files).toContain(file);
      const swept = Promise.withResolvers<readonly string[]>();
      await using _archive = await openArchive(base.path, { onSwept: swept.resolve });
      expect((await swept.promise).length).toBe(files.filter((one) => one.includes('-temp-')).length);
      expect(filesBelow(base.path).some((one) => one.includes('-temp-'))).toBe(false);
    }
  });
});

describe('an archive on a full disk', () => {
  it('refuses with one error per segment, leaves nothing half, and goes on once there is room', async (test) => {
    const outcome = await withTmpfs(512 * 1024, async (base) => {
      await using archive = await openArchive(base, { durability: 'full' });
      const made = Array.from({ length: 10 }, (_, index) =>
        makeSegment(index * 2, { text: index.toString().repeat(100_000) }),
      );
      const published: string[] = [];
      const failures: unknown[] = [];
      for (const { address, content, name } of made) {
        await archive.publishSegment(address, content).then(
          () => published.push(name),
          (error: unknown) => failures.push(error),
        );
      }
      const directory = path.join(base, 'demo/source', HOUR);
      expect((await readdir(directory)).sort()).toEqual(published);
      await rm(path.join(directory, published[0]!));
      const last = made.at(-1)!;
      expect(await archive.publishSegment(last.address, last.content)).toMatchObject({ outcome: 'published' });
      return { published, failures };
    });
    if (outcome === undefined) return skipWithout(test, 'mounting a tmpfs needs root');
    const { published, failures } = outcome.value;
    expect([published.length > 0, failures.length > 0]).toEqual([true, true]);
    for (const failure of failures) expect(failure).toBeInstanceOf(DiskFullError);
  });
});
