import path from 'node:path';
import { formatBytes, formatTable } from '@waybill/cli-kit';
import { CHANNEL, cutStream, QUALITIES } from '@waybill/stream-fixture';
import { fetchHoles, holesTable } from './holes.ts';
import { cutDamagedStream } from './damage.ts';
import { type CommandResult, runCommand, serveArchive } from './program.ts';
import type { RunningService } from './program.ts';
import { showMapAndCut } from './show-station.ts';
import type { Chapter } from './summary.ts';
import { indented, say, step } from './telling.ts';

interface Pair {
  channel: string;
  quality: string;
  segments: number;
  bytes: number;
  verified: number;
}

interface BackfillResult {
  complete: boolean;
  seconds: number;
  nodes: { pairs: Pair[] }[];
}

interface VerifyResult {
  ok: boolean;
  checked: number;
  counts: { corrupt: number };
  problems: { path: string; setAsideAs?: string }[];
}

function runBackfiller(args: readonly string[]): Promise<CommandResult> {
  return runCommand('backfiller', [...args, '--log-level', 'error']);
}

async function damageReport(base: string, node: RunningService): Promise<void> {
  step(1, 'Before: the south node has holes, a corrupt and a broken-off segment, no chat and no emotes.');
  say(indented(holesTable(await fetchHoles(node.url))));
  step(2, 'It hashes what it has, and sets aside what is not what its name says.   waybill-backfiller verify --repair');
  const { result } = await runBackfiller(['verify', '--base-dir', base, '--repair']);
  const { checked, counts, problems } = result as VerifyResult;
  say(`   ${checked} segments hashed, ${counts.corrupt} corrupt`);
  for (const { path: file, setAsideAs } of problems) say(`   ${file}\n     is now ${setAsideAs ?? 'where it was'}`);
}

/** Rows for people: what came, and that every hash was compared. */
function transferTable({ nodes, seconds }: BackfillResult): string {
  const pairs = nodes.flatMap(({ pairs: each }) => each);
  const rows = pairs.map(({ channel, quality, segments, bytes, verified }) => ({
    what: channel === '' ? quality : `${channel}/${quality}`,
    files: segments,
    bytes: formatBytes(bytes),
    verified: channel === '' ? 'no hash in name' : verified,
  }));
  const total = pairs.reduce((sum, { segments }) => sum + segments, 0);
  return `${formatTable(rows)}${total} files in ${seconds.toFixed(2)} seconds\n`;
}

async function fill(base: string, north: RunningService): Promise<BackfillResult> {
  step(3, 'It fetches what is missing from the north node.   waybill-backfiller backfill --run-once');
  const qualities = [...QUALITIES, 'chat'].join(',');
  const flags = ['--base-dir', base, '--static-nodes', north.url, '--qualities', qualities, '--extras', 'emotes'];
  const { result } = await runBackfiller(['backfill', CHANNEL, ...flags, '--run-once']);
  say(indented(transferTable(result as BackfillResult)));
  return result as BackfillResult;
}

/** How many files were hashed again; none where something is still missing, or is not what its name says. */
async function checkAll(base: string, node: RunningService): Promise<number> {
  step(4, 'After:');
  const holes = await fetchHoles(node.url);
  say(indented(holesTable(holes)));
  const { code, result } = await runBackfiller(['verify', '--base-dir', base]);
  const { checked, counts } = result as VerifyResult;
  say(`\n   ${checked} files hashed again, ${counts.corrupt} corrupt`);
  const isWhole = code === 0 && holes.every(({ holes: ranges, partial }) => ranges.length === 0 && partial === 0);
  return isWhole ? checked : 0;
}

export interface ArchiveChapter extends Chapter {
  readonly playlist: string;
}

/** Two nodes on this machine, one with holes, which is filled from the other one. They serve until the stack is disposed. */
export async function showArchive(folder: string, services: AsyncDisposableStack): Promise<ArchiveChapter> {
  const [northBase, southBase] = [path.join(folder, 'north'), path.join(folder, 'south')];
  cutStream(northBase);
  cutDamagedStream(southBase);
  const north = await serveArchive(northBase);
  services.defer(() => north.stop());
  const south = await serveArchive(southBase);
  services.defer(() => south.stop());
  say('\n=== backfiller: two nodes of a stream archive, and a bundled stream of three minutes');
  say(`\n   north  ${north.url}  complete\n   south  ${south.url}  damaged`);
  await damageReport(southBase, south);
  const { complete, nodes } = await fill(southBase, north);
  const checked = await checkAll(southBase, south);
  const isFilled = complete && checked > 0;
  const isShown = await showMapAndCut(southBase, folder);
  say(
    isFilled && isShown
      ? '\nEverything is filled, and every byte was verified.'
      : '\nSomething is still missing: see above.',
  );
  const fetched = nodes.flatMap(({ pairs }) => pairs).reduce((sum, { segments }) => sum + segments, 0);
  const did = `${fetched} missing files fetched, ${checked} files hashed again, no hole left, one cut`;
  return { program: 'backfiller', isDone: isFilled && isShown, did, playlist: `${south.url}/playlist/${CHANNEL}.m3u8` };
}
