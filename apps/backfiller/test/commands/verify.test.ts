import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { writeFiles } from '../e2e/support/archive-files.ts';
import { filesOf, makeSegments } from '../e2e/support/made-segments.ts';
import { runCli } from './support/run-cli.ts';

describe('verify', () => {
  it('says that all is well, with how much was read', async () => {
    await using place = await temporaryDirectory();
    writeFiles(place.path, filesOf(makeSegments(3)));
    const { code, stdout } = await runCli(['verify', 'demo', '--base-dir', place.path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 checked, 3\.0 kB in .*; everything is what its name says\n$/);
  });

  it('ends with 3 for a channel or quality that is not there, and verifies the others', async () => {
    await using place = await temporaryDirectory();
    writeFiles(place.path, filesOf(makeSegments(3)));
    const channel = await runCli(['verify', 'demo', 'demoo', '--base-dir', place.path]);
    expect(channel.code).toBe(3);
    expect(channel.stdout).toMatch(/^demoo: there is no such channel\n3 checked.*; 1 could not be looked at\n$/);
    const quality = await runCli(['verify', '--qualities', 'sauce,source', '--base-dir', place.path]);
    expect(quality.code).toBe(3);
    expect(quality.stdout).toContain('sauce: no channel has this quality\n3 checked');
  });

  it('does not call an archive without a segment right', async () => {
    await using place = await temporaryDirectory();
    await mkdir(path.join(place.path, 'emotes'));
    await writeFile(path.join(place.path, 'emotes', 'a.png'), 'a');
    expect((await runCli(['verify', '--base-dir', place.path])).stdout).toContain('there was nothing to check');
  });

  it('shows each corrupt file by its path, and ends with 3', async () => {
    await using place = await temporaryDirectory();
    const [first, second] = makeSegments(2);
    writeFiles(place.path, new Map([...filesOf([first!]), [second!.path, Buffer.from('else')]]));
    const { code, stdout } = await runCli(['verify', '--base-dir', place.path]);
    expect(code).toBe(3);
    expect(stdout).toMatch(new RegExp(`^corrupt ${second!.path}\n2 checked.*; 1 corrupt\n$`));
  });
});
