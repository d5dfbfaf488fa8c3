import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CHANNEL } from '@waybill/stream-fixture';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { runCli } from '../commands/support/run-cli.ts';
import { fakeFfmpeg } from './support/fake-ffmpeg.ts';
import { fixtureArchive } from './support/fixture-archive.ts';

const DAY = '2025-03-14T';
const HOLE = { keep: (file: string) => !file.includes('T11/58:28') };

function args(base: string, file: string, ...more: string[]): string[] {
  return ['cut', CHANNEL, 'source', '--base-dir', base, '-o', file, ...more];
}

const WHOLE = ['--start', `${DAY}11:58:26.608`, '--end', `${DAY}11:58:32.608`];

describe('backfiller cut', () => {
  it('writes whole segments without ffmpeg, and says what it wrote', async () => {
    await using archive = await fixtureArchive();
    await using directory = await temporaryDirectory();
    const file = path.join(directory.path, 'clip.ts');
    const rough = ['--type', 'rough', '--ffmpeg', '/nowhere/ffmpeg', '--json'];
    const { code, stdout } = await runCli(args(archive.base, file, ...WHOLE, ...rough));
    expect(code).toBe(0);
    expect(readFileSync(file).equals(archive.segments(3, 5))).toBe(true);
    const { files } = JSON.parse(stdout) as { files: { path: string; sizeBytes: number; sha256: string }[] };
    expect(files).toMatchObject([{ path: file, sizeBytes: archive.segments(3, 5).length }]);
    expect(files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes several ranges and transitions, as flags that are given again', async () => {
    await using archive = await fixtureArchive();
    await using directory = await temporaryDirectory();
    const file = path.join(directory.path, 'clip.ts');
    const range = (start: string, end: string) => ['--range', `${DAY}${start},${DAY}${end}`];
    const ranges = [...range('11:58:32.608', '11:58:34.608'), ...range('11:58:26.608', '11:58:28.608')];
    const { code } = await runCli(args(archive.base, file, ...ranges, '--transition', 'cut', '--type', 'fast'));
    expect(code).toBe(0);
    expect(readFileSync(file).equals(Buffer.concat([archive.segments(6, 6), archive.segments(3, 3)]))).toBe(true);
  });

  it('ends with 3 where there is a hole, and with 2 where it was used wrongly, and leaves no file', async () => {
    await using archive = await fixtureArchive(HOLE);
    await using directory = await temporaryDirectory();
    const file = path.join(directory.path, 'clip.ts');
    expect(await runCli(args(archive.base, file, ...WHOLE))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/contains holes.*--allow-holes/) as string,
    });
    expect((await runCli(args(archive.base, file, ...WHOLE, '--type', 'gif'))).code).toBe(2);
    expect((await runCli(args(archive.base, file, ...WHOLE, '--range', `${DAY}11,${DAY}12`))).code).toBe(2);
    expect((await runCli(args(archive.base, file, '--range', `${DAY}11`))).code).toBe(2);
    expect((await runCli(['cut', CHANNEL, 'source', '--base-dir', archive.base])).code).toBe(2);
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('says which channels and qualities there are where one is mistyped, and does not take it for a hole', async () => {
    await using archive = await fixtureArchive();
    await using directory = await temporaryDirectory();
    const end = ['--base-dir', archive.base, '-o', path.join(directory.path, 'clip.ts'), ...WHOLE];
    for (const [channel, quality, said] of [
      [CHANNEL, 'sourc', `no quality sourc of ${CHANNEL}; there are: source`],
      ['exampl', 'source', 'no channel exampl'],
    ] as const)
      expect(await runCli(['cut', channel, quality, ...end])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(said) as string,
      });
  });

  it('leaves nothing under the name of the file where ffmpeg is missing or fails in the middle', async () => {
    await using archive = await fixtureArchive();
    await using directory = await temporaryDirectory();
    await using programs = await temporaryDirectory();
    const file = path.join(directory.path, 'clip.webm');
    const { program } = fakeFfmpeg(programs.path, 'echo begun; exit 1');
    for (const ffmpeg of ['/nowhere/ffmpeg', program]) {
      const { code } = await runCli(args(archive.base, file, ...WHOLE, '--type', 'webm', '--ffmpeg', ffmpeg));
      expect(code).toBe(1);
      expect(readdirSync(directory.path)).toEqual([]);
    }
  });

  it('writes one file for each run of an archive', async () => {
    await using archive = await fixtureArchive(HOLE);
    await using directory = await temporaryDirectory();
    await using programs = await temporaryDirectory();
    const { program } = fakeFfmpeg(programs.path, 'cat >/dev/null; echo made');
    const more = ['--type', 'archive', '--allow-holes', '--ffmpeg', program];
    const { code } = await runCli(args(archive.base, path.join(directory.path, 'show.mkv'), ...WHOLE, ...more));
    expect(code).toBe(0);
    expect(readdirSync(directory.path).sort()).toEqual(['show_1.mkv', 'show_2.mkv']);
  });
});
