import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { PackReport } from '../../src/report/pack-report.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { type JsonRun, runJson } from '../support/run-cli.ts';
import { startShaman } from '../support/shaman-process.ts';

/** What was changed a moment ago is not remembered. */
const SETTLING_MS = 2600;

describe('a second pack of an unchanged project to Shaman', () => {
  it('opens no .blend file, hashes nothing, and sends no byte of a body', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startShaman(join(directory.path, 'storage'));
    await writeProject(directory.path, sampleProject(directory.path));
    await sleep(SETTLING_MS);
    const url = `${server.url.replace('http:', 'shaman+http:')}/`;
    const state = join(directory.path, 'state');
    const run = async (checkout: string): Promise<JsonRun<PackReport>> =>
      (await runJson(
        ...['pack', join(directory.path, 'project/shot.blend'), `${url}#${checkout}`, '--state-dir', state],
      )) as JsonRun<PackReport>;
    const first = await run('first');
    expect(first).toMatchObject({ code: 0, result: { details: { bodies: 8 }, totals: { sentFiles: 6 } } });
    expect(first.stderr).toContain('"event":"opened"');
    expect(first.stderr).toContain('"event":"rewritten"');
    const second = await run('second');
    expect(second).toMatchObject({
      code: 0,
      result: { details: { bodies: 0, sentBytes: 0 }, totals: { presentFiles: 6 } },
    });
    expect(second.stderr).not.toContain('"event":"opened"');
    // Rewriting tells that a file was read.
    expect(second.stderr).not.toContain('"event":"rewritten"');
    expect(second.result.rewrites).toEqual(first.result.rewrites);
  });

  it('notices a file that has changed', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startShaman(join(directory.path, 'storage'));
    await writeProject(directory.path, sampleProject(directory.path));
    const blend = join(directory.path, 'project/shot.blend');
    const url = `${server.url.replace('http:', 'shaman+http:')}/#`;
    const state = join(directory.path, 'state');
    await runJson('pack', blend, `${url}first`, '--state-dir', state);
    await writeProject(directory.path, { 'project/textures/a.png': 'new' });
    const { result } = (await runJson('pack', blend, `${url}second`, '--state-dir', state)) as JsonRun<PackReport>;
    const sent = result.files.filter((file) => file.result === 'sent');
    expect(sent.map(({ path }) => path)).toEqual(['textures/a.png']);
  });
});
