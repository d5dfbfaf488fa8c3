import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { MANIFEST_PLACE } from '../../src/plan/assign-places.ts';
import type { PackReport } from '../../src/report/pack-report.ts';
import { sampleProject, writeProject } from '../support/build-project.ts';
import { startHidingProxy } from '../support/hiding-proxy.ts';
import { readTree } from '../support/read-tree.ts';
import { runJson } from '../support/run-cli.ts';
import { startShaman } from '../support/shaman-process.ts';

const DIALECTS = [
  {
    title: 'Flamenco 3, which knows nothing of our additions',
    protocol: 'v3',
    hidden: /^\/waybill\//,
    upload: /^POST \/api\/v3\/shaman\/files\//,
  },
  { title: 'Flamenco Manager 2', protocol: 'v2', hidden: /^\/(?:waybill|api)\//, upload: /^POST \/files\// },
] as const;

describe.each(DIALECTS)('a pack through Shaman as of $title', ({ protocol, hidden, upload }) => {
  it('is checked out with the files that a folder would get', async () => {
    await using directory = await temporaryDirectory();
    const [work, storage] = [join(directory.path, 'work'), join(directory.path, 'storage')];
    await writeProject(work, sampleProject(work));
    await using server = await startShaman(storage);
    await using proxy = await startHidingProxy(server.url, hidden);
    const pack = async (checkout: string): Promise<PackReport> => {
      const target = `${proxy.url.replace('http:', 'shaman+http:')}/#${checkout}`;
      const { code, result } = await runJson('pack', join(work, 'project/shot.blend'), target, '--no-cache');
      expect(code).toBe(0);
      return result as PackReport;
    };
    const first = await pack('show010');
    expect(first.details).toMatchObject({ protocol });
    expect(proxy.calls.filter((call) => upload.test(call)).length).toBe(first.details?.['bodies']);
    const folder = join(directory.path, 'folder');
    expect((await runJson('pack', join(work, 'project/shot.blend'), folder, '--no-cache')).code).toBe(0);
    await rm(work, { recursive: true });
    const checkout = join(storage, 'jobs', String(first.details?.['checkoutPath']));
    const [there, here] = [await readTree(checkout), await readTree(folder)];
    // That of a folder names no digests: nobody had a reason to compute any.
    expect({ ...there, [MANIFEST_PLACE]: '' }).toEqual({ ...here, [MANIFEST_PLACE]: '' });
    expect((await runJson('verify', checkout)).result).toMatchObject({ ok: true });
  });

  it('sends no body of what is there already', async () => {
    await using directory = await temporaryDirectory();
    const [work, storage] = [join(directory.path, 'work'), join(directory.path, 'storage')];
    await writeProject(work, sampleProject(work));
    await using server = await startShaman(storage);
    await using proxy = await startHidingProxy(server.url, hidden);
    const target = proxy.url.replace('http:', 'shaman+http:');
    const argv = ['pack', join(work, 'project/shot.blend')];
    await runJson(...argv, `${target}/#show010`, '--no-cache');
    const { result } = await runJson(...argv, `${target}/#show020`, '--no-cache');
    expect(result).toMatchObject({ status: 'packed', details: { protocol, bodies: 0, sentBytes: 0 } });
  });
});
