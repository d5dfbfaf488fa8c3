import { appendFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  execute,
  AssetsMissingError,
  openTarget,
  type PackCallbacks,
  type PackPlan,
  plan,
  SourceChangedError,
  trace,
} from '../../src/index.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';
import { noise } from '../support/target-harness.ts';

let directory: TemporaryDirectory;
let blend: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await writeProject(directory.path, sampleProject(directory.path));
  blend = join(directory.path, 'project/shot.blend');
});
afterEach(async () => {
  await directory[Symbol.asyncDispose]();
});

const at = (place: string): string => join(directory.path, place);
const planned = (): Promise<PackPlan> => plan(blend, trace(blend));
const folder = (): ReturnType<typeof openTarget> => openTarget(at('pack'), { durability: 'none' });

describe('execute', () => {
  it('tells what happens, in order, and how far it is', async () => {
    const events: string[] = [];
    const progress: number[] = [];
    const callbacks: PackCallbacks = {
      packStarted: ({ files }) => events.push(`started ${files.length}`),
      fileRewritten: ({ place, rewrites }) => events.push(`rewritten ${place} ${rewrites.length}`),
      fileSent: (place) => events.push(`sent ${place}`),
      progress: ({ doneBytes }) => progress.push(doneBytes),
      packDone: ({ status }) => events.push(status),
    };
    const pack = await planned();
    const report = await execute(pack, await folder(), { callbacks, concurrency: 1 });
    expect(events[0]).toBe('started 6');
    expect(events.at(-1)).toBe('packed');
    expect(events).toContain('rewritten shot.blend 3');
    expect(events.filter((event) => event.startsWith('sent'))).toHaveLength(8);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(pack.sizeBytes);
    expect(report.totals).toMatchObject({ files: 6, sentFiles: 6, rewrittenFiles: 2, retries: 0 });
  });

  it('goes on when a callback throws, and tells that', async () => {
    const failures: string[] = [];
    const callbacks: PackCallbacks = {
      fileSent: () => {
        throw new Error('a callback is broken');
      },
    };
    const onCallbackError = (_error: unknown, name: string): void => void failures.push(name);
    const report = await execute(await planned(), await folder(), { callbacks, onCallbackError });
    expect(report.status).toBe('packed');
    expect(failures).toEqual(Array(8).fill('fileSent'));
  });

  it('refuses to pack without a file that is missing, before anything is written', async () => {
    await rm(at('shared/c.png'));
    const missing: string[] = [];
    const callbacks: PackCallbacks = { missing: ({ stored }) => missing.push(stored.toString()) };
    const pack = await planned();
    await expect(execute(pack, await folder(), { callbacks })).rejects.toThrow(AssetsMissingError);
    expect(missing).toEqual(['//../shared/c.png']);
    await expect(readTree(at('pack'))).rejects.toThrow('ENOENT');
    const report = await execute(pack, await folder(), { allowMissing: true });
    expect(report.leftOut).toMatchObject([{ reason: 'missing', path: '//../shared/c.png' }]);
  });

  it.each(['project/textures/b.png', 'project/shot.blend'])('refuses %s when it has changed since', async (place) => {
    const pack = await planned();
    await appendFile(at(place), 'more');
    await expect(execute(pack, await folder())).rejects.toThrow(SourceChangedError);
  });

  it('notices a change that leaves the length as it was', async () => {
    const pack = await planned();
    await writeFile(at('project/textures/b.png'), noise('other', 300_000));
    await utimes(at('project/textures/b.png'), 1, 1);
    await expect(execute(pack, await folder())).rejects.toThrow(SourceChangedError);
  });

  it('ends at an abort, tells the reason, and begins no other file', async () => {
    const controller = new AbortController();
    const started: string[] = [];
    let aborted: unknown;
    const callbacks: PackCallbacks = {
      fileStarted: (place) => {
        started.push(place);
        controller.abort(new Error('enough'));
      },
      packAborted: (reason) => {
        aborted = reason;
      },
    };
    const { signal } = controller;
    const packing = execute(await planned(), await folder(), { callbacks, signal, concurrency: 1 });
    await expect(packing).rejects.toThrow('enough');
    expect(aborted).toBe(signal.reason);
    expect(started).toHaveLength(1);
    expect(await readTree(at('pack'))).toEqual({});
  });
});
