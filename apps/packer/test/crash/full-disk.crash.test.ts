import { join } from 'node:path';
import { spawnChild, skipWithout, temporaryDirectory, withTmpfs } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);

describe('a disk that is full', () => {
  it.for(['pack', 'pack.zip'])(
    'ends a pack into %s with 4, without a part of a file under a final name',
    async (name, test) => {
      await using directory = await temporaryDirectory();
      await writeProject(directory.path, sampleProject(directory.path));
      const result = await withTmpfs(128 * 1024, async (path) => {
        const argv = ['pack', join(directory.path, 'project/shot.blend'), join(path, name), '--no-cache', '--quiet'];
        await using child = await spawnChild(MAIN, argv);
        const { code, stderr } = await child.exited;
        return { code, stderr, tree: await readTree(path) };
      });
      if (result === undefined) return skipWithout(test, 'tmpfs cannot be mounted');
      const { code, stderr, tree } = result.value;
      expect(code).toBe(4);
      expect(stderr).toContain('no space left');
      // b.png has 300,000 bytes; the ZIP has more.
      expect(Object.keys(tree).filter((path) => /b\.png|\.zip|manifest|temp/.test(path))).toEqual([]);
    },
  );
});
