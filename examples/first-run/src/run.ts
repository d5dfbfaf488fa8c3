// What `npm start` shows: the main jobs of the programs, on this machine, with real bundled data.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { showArchive } from './show-archive.ts';
import { showChain } from './show-chain.ts';
import { showFarm } from './show-farm.ts';
import { showPacks } from './show-packs.ts';
import { formatSummary, timed } from './summary.ts';
import { say } from './telling.ts';

function endAsked(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  process.once('SIGINT', resolve).once('SIGTERM', resolve);
  return promise;
}

async function show(folder: string, staysUp: boolean): Promise<boolean> {
  await using services = new AsyncDisposableStack();
  say('Waybill moves immutable, hash-named content between machines. This is what its programs do.');
  const archive = await timed(() => showArchive(path.join(folder, 'archive'), services));
  const farm = await timed(() => showFarm(path.join(folder, 'farm'), services));
  const packs = await timed(() => showPacks(path.join(folder, 'packs')));
  const chain = await timed(() => showChain(path.join(folder, 'chain')));
  const chapters = [archive, farm, packs, chain];
  say(`\n${formatSummary(chapters)}`);
  if (staysUp) {
    say(`\nWatch the stream (VLC, mpv, ffplay):  ${archive.playlist}\nLook at the store:  ${farm.page}`);
    say(`All files: ${folder}\nCtrl-C ends.`);
    await endAsked();
  } else {
    say(`\nThe playlist was ${archive.playlist}, the store's page ${farm.page}:`);
    say('in a terminal, `npm start` serves both until Ctrl-C.');
  }
  return chapters.every(({ isDone }) => isDone);
}

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const staysUp = !values.once && process.env['CI'] === undefined && process.stdout.isTTY;
const folder = mkdtempSync(path.join(tmpdir(), 'waybill-first-run-'));
try {
  process.exitCode = (await show(folder, staysUp)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
