import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { formatBytes } from '@waybill/cli-kit';
import { CHANNEL, QUALITIES } from '@waybill/stream-fixture';
import { run, runCommand } from './program.ts';
import { indented, say, step } from './telling.ts';

/** Over the end of an hour, from the middle of one segment to the middle of another. */
const RANGE = ['--start', '2025-03-14T11:59:31.5', '--end', '2025-03-14T12:00:10.3'];

interface CutResult {
  readonly files: readonly { readonly sizeBytes: number }[];
}

/** A cut to the frame encodes the segments that it begins and ends in; whole segments need no ffmpeg. */
function cutType(): string {
  return spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0 ? 'smart' : 'rough';
}

async function cut(base: string, file: string): Promise<boolean> {
  const type = cutType();
  step(6, `A cut of 38.8 s is made into one file.   waybill-backfiller cut --type ${type}`);
  const args = ['cut', CHANNEL, 'source', '--base-dir', base, ...RANGE, '--type', type, '-o', file];
  const { code, result } = await runCommand('backfiller', [...args, '--log-level', 'error']);
  const bytes = (result as CutResult).files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  say(
    `   ${path.basename(file)}: ${formatBytes(bytes)}, ${type === 'smart' ? 'exact to the frame' : 'whole segments: with ffmpeg it would be exact to the frame'}`,
  );
  return code === 0;
}

/** A map of what an archive holds, and a part of it as a file. */
export async function showMapAndCut(base: string, folder: string): Promise<boolean> {
  step(5, 'A map of the archive is drawn.   waybill-backfiller coverage --run-once');
  const flags = ['--base-dir', base, '--qualities', QUALITIES.join(','), '--run-once', '--log-level', 'error'];
  const map = await run('backfiller', ['coverage', CHANNEL, ...flags]);
  say(indented(map.stdout));
  say(`   ${path.join(base, 'coverage-maps', `${CHANNEL}_source_coverage.png`)}`);
  const isCut = await cut(base, path.join(folder, 'clip.ts'));
  return map.code === 0 && isCut;
}
