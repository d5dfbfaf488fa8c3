// `npm start` and `npm test` on a machine that has Node 18 or later and npm, and nothing else: pnpm comes through npx
// in the version that package.json names, Node 26 and all libraries from the npm registry by the frozen lockfile.
// Runs before anything is installed: no dependency, and no syntax that Node 18 lacks.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// Ctrl-C reaches the whole group: who was started ends first, and its exit code is ours.
process.on('SIGINT', () => undefined);

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const [script, ...rest] = process.argv.slice(2);

function fail(message) {
  console.error(`waybill: ${message}`);
  process.exit(1);
}

function run(command, args) {
  const onWindows = process.platform === 'win32';
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
  const { status, signal, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: onWindows });
  if (error !== undefined) fail(`could not start ${command}: ${error.message}`);
  if (signal !== null) process.exit(130);
  return status ?? 1;
}

function pnpm(...args) {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const alreadyInPnpm = (process.env.npm_config_user_agent ?? '').startsWith('pnpm/');
  return alreadyInPnpm ? run('pnpm', args) : run('npx', ['--yes', packageManager, ...args]);
}

/** What the installed tree was made from; an equal stamp means that nothing has to be installed. */
function installStamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${root}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

const linkedNode = path.join(root, 'node_modules', '.bin', 'node');

function starts(node) {
  return spawnSync(node, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Node 26 needs libatomic, which a minimal Linux does not have: Node 24 takes its place there, locked in tools/node-fallback. */
function ensureNodeStarts() {
  if (!existsSync(linkedNode) || starts(linkedNode)) return;
  console.error('waybill: Node 26 does not start here (libatomic.so.1 is missing): installing Node 24 in its place …');
  // First of all: npm runs the Node that it finds in front of the path, and npm start puts this one there. The file itself is
  // replaced (pnpm made it a link of its own), since pnpm makes the links to it anew.
  const binary = realpathSync(linkedNode);
  rmSync(binary);
  const folder = path.join(root, 'tools', 'node-fallback');
  const status = run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error']);
  const fallback = path.join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (status !== 0 || !starts(fallback))
    fail('Node 24 does not start either. Install libatomic (Debian: apt-get install libatomic1)');
  symlinkSync(fallback, binary);
}

function install() {
  const stampFile = path.join(root, 'node_modules', '.waybill-installed');
  const stamp = installStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.error('waybill: installing Node 26 and the libraries (first time only, about half a minute) …');
  // Install scripts run on the Node that is being installed: first it must start.
  const installed = pnpm(
    'install',
    '--frozen-lockfile',
    '--ignore-scripts',
    '--reporter=append-only',
    '--loglevel=error',
  );
  if (installed !== 0) fail(`the installation failed (exit ${installed}); is the npm registry within reach?`);
  ensureNodeStarts();
  const rebuilt = pnpm('rebuild', '--reporter=append-only', '--loglevel=error');
  if (rebuilt !== 0) fail(`the install scripts failed (exit ${rebuilt})`);
  writeFileSync(stampFile, stamp);
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 18) fail(`Node ${process.versions.node} is too old: install Node 18 or later.`);
install();
process.exit(pnpm('run', script, ...rest));
