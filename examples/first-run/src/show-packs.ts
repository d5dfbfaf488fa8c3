import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { formatBytes, formatTable } from '@waybill/cli-kit';
import { run, runCommand, serveStore } from './program.ts';
import type { Chapter } from './summary.ts';
import { indented, say, step } from './telling.ts';

/** Made by Blender with the script that stands beside it. */
const PROJECT = path.resolve(import.meta.dirname, '../project');
const SHOT = 'film/shots/010/shot.blend';

interface RewrittenPath {
  readonly path: string;
  readonly newPath: string;
}

interface PackResult {
  readonly totals: { readonly files: number; readonly sizeBytes: number };
  readonly rewrites: readonly RewrittenPath[];
}

interface Packed {
  readonly rewrites: readonly RewrittenPath[];
  readonly target: string;
  readonly files: number;
  readonly bytes: string;
  readonly verified: string;
}

/** The tree of what the shot needs, found without Blender. */
async function showTree(project: string): Promise<boolean> {
  step(1, 'What does the shot need?   waybill-packer list shot.blend');
  const { code, stdout } = await run('packer', ['list', path.join(project, SHOT)]);
  say(indented(stdout.replaceAll(`${project}${path.sep}`, '')));
  return code === 0;
}

/** Packs into one target, and proves that everything which the pack refers to is in it, where it can be read back. */
async function pack(project: string, target: string, label: string, canVerify: boolean): Promise<Packed | undefined> {
  const from = ['pack', path.join(project, SHOT), target, '--project', path.join(project, 'film'), '--no-cache'];
  const { code, result } = await runCommand('packer', [...from, '--quiet']);
  if (code !== 0) return undefined;
  const { totals, rewrites } = result as PackResult;
  const verified = canVerify ? await verify(target) : 'by the digest of each file';
  if (verified === undefined) return undefined;
  return { rewrites, target: label, files: totals.files, bytes: formatBytes(totals.sizeBytes), verified };
}

async function verify(target: string): Promise<string | undefined> {
  const { code } = await run('packer', ['verify', target]);
  return code === 0 ? 'every path leads to a file in it' : undefined;
}

/** The paths of the .blend files that lead elsewhere now; the long place of this example is shortened. */
function rewrittenPaths(rewrites: readonly RewrittenPath[], project: string): string {
  const place = `${project.slice(path.parse(project).root.length).replaceAll(path.sep, '/')}/`;
  const rows = rewrites.map(({ path: before, newPath }) => ({
    'in the project': before,
    'in the packs': newPath.replace(place, '…/'),
  }));
  return formatTable(rows);
}

/** A project with libraries, a sequence and tiles is packed into a folder, a ZIP and a store, without Blender. */
export async function showPacks(folder: string): Promise<Chapter> {
  const [project, packs, storage] = ['project', 'packs', 'storage'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [packs, storage]) mkdirSync(each, { recursive: true });
  cpSync(PROJECT, project, { recursive: true });
  say('\n=== packer: a Blender project with all that it needs, packed without Blender\n');
  const isComplete = await showTree(project);
  step(
    2,
    'It is packed three times; what lies outside of the project gets a place inside, and the paths to it are set anew.',
  );
  const store = await serveStore(storage);
  try {
    const rows = [
      await pack(project, path.join(packs, 'shot'), 'folder', true),
      await pack(project, path.join(packs, 'shot.zip'), 'ZIP', true),
      await pack(
        project,
        store.url.replace('http:', 'shaman+http:').replace(/\/?$/, '/#shot-010'),
        'Shaman server',
        false,
      ),
    ];
    const done = rows.filter((row) => row !== undefined);
    say(indented(formatTable(done.map(({ rewrites: _rewrites, ...row }) => row))));
    say(indented(rewrittenPaths(done[0]?.rewrites ?? [], project)));
    const isPacked = isComplete && done.length === rows.length;
    say(isPacked ? '\nEvery pack is complete.' : '\nA pack is NOT complete.');
    const did = `${done[0]?.files ?? 0} files packed ${rows.length} times, ${done[0]?.rewrites.length ?? 0} paths rewritten, nothing missing`;
    return { program: 'packer', isDone: isPacked, did };
  } finally {
    await store.stop();
  }
}
