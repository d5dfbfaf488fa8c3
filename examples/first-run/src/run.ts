// What `npm start` shows: two nodes on this machine, one with holes, which is filled from the other one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatTable } from '@waybill/cli-kit';
import { CHANNEL, cutStream, QUALITIES } from '@waybill/stream-fixture';
import { fetchHoles, holesTable } from './holes.ts';
import { cutDamagedStream } from './damage.ts';
import { runCommand, serveArchive } from './program.ts';
import type { RunningNode } from './program.ts';

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

const say = (text = ''): void => {
  console.log(text);
};
const step = (number: number, text: string): void => {
  say(`\n${number}. ${text}\n`);
};
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '   ');

async function damageReport(base: string, node: RunningNode): Promise<void> {
  step(1, 'Before: the south node has holes, a corrupt and a broken-off segment, no chat and no emotes.');
  say(indented(holesTable(await fetchHoles(node.url))));
  step(2, 'It hashes what it has, and sets aside what is not what its name says.   waybill-backfiller verify --repair');
  const { result } = await runCommand(['verify', '--base-dir', base, '--repair']);
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

async function fill(base: string, north: RunningNode): Promise<BackfillResult> {
  step(3, 'It fetches what is missing from the north node.   waybill-backfiller backfill --run-once');
  const qualities = [...QUALITIES, 'chat'].join(',');
  const flags = ['--base-dir', base, '--static-nodes', north.url, '--qualities', qualities, '--extras', 'emotes'];
  const { result } = await runCommand(['backfill', CHANNEL, ...flags, '--run-once']);
  say(indented(transferTable(result as BackfillResult)));
  return result as BackfillResult;
}

/** True where nothing is missing any more and everything is what its name says. */
async function checkAll(base: string, node: RunningNode): Promise<boolean> {
  step(4, 'After:');
  const holes = await fetchHoles(node.url);
  say(indented(holesTable(holes)));
  const { code, result } = await runCommand(['verify', '--base-dir', base]);
  const { checked, counts } = result as VerifyResult;
  say(`   ${checked} files hashed again, ${counts.corrupt} corrupt`);
  return code === 0 && holes.every(({ holes: ranges, partial }) => ranges.length === 0 && partial === 0);
}

function endAsked(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  process.once('SIGINT', resolve).once('SIGTERM', resolve);
  return promise;
}

async function show(folder: string, staysUp: boolean): Promise<boolean> {
  const [northBase, southBase] = [path.join(folder, 'north'), path.join(folder, 'south')];
  cutStream(northBase);
  cutDamagedStream(southBase);
  await using nodes = new AsyncDisposableStack();
  const north = await serveArchive(northBase);
  nodes.defer(() => north.stop());
  const south = await serveArchive(southBase);
  nodes.defer(() => south.stop());
  say('Waybill: two nodes of a stream archive on this machine, and a bundled stream of three minutes.');
  say(`\n   north  ${north.url}  complete\n   south  ${south.url}  damaged`);
  await damageReport(southBase, south);
  const { complete } = await fill(southBase, north);
  const filled = (await checkAll(southBase, south)) && complete;
  say(filled ? '\nEverything is filled, and every byte was verified.' : '\nSomething is still missing.');
  if (staysUp) {
    say(
      `\nWatch it (VLC, mpv, ffplay):  ${south.url}/playlist/${CHANNEL}.m3u8\nThe archive: ${southBase}\nCtrl-C ends.`,
    );
    await endAsked();
  }
  return filled;
}

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const staysUp = !values.once && process.env['CI'] === undefined && process.stdout.isTTY;
const folder = mkdtempSync(path.join(tmpdir(), 'waybill-first-run-'));
try {
  process.exitCode = (await show(folder, staysUp)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
