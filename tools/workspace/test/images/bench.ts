import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Engine, ROOT } from './engine.ts';

/** As docs/operations/images.md says that images should be run. */
export const LOCKED = [
  '--read-only',
  '--tmpfs=/tmp',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--pids-limit=200',
];

export const PROJECT = path.join(ROOT, 'examples/first-run/project');

/** What all tests of images share: an engine, the images in it, and files that are made for the programs. */
export class Bench {
  // A folder that is named is kept: the next run has its layers.
  readonly #kept = process.env['WAYBILL_IMAGES_FOLDER'];
  readonly folder = this.#kept ?? mkdtempSync('/tmp/waybill-images-');
  readonly engine = new Engine(path.join(this.folder, 'engine'));
  /** A clean export of the repository. */
  readonly context = path.join(this.folder, 'context');
  /** Read by the programs in their containers, and at `made` written, too. */
  readonly files = path.join(this.folder, 'files');

  /** Engine, stand-in, base and all programs; how long each took. */
  start(): string {
    this.engine.script('engine.sh', 'start', this.engine.folder);
    this.engine.script('stand-in.sh', this.engine.folder, process.execPath);
    this.engine.script('export.sh', this.context);
    rmSync(this.files, { recursive: true, force: true });
    mkdirSync(path.join(this.files, 'made'), { recursive: true });
    chownSync(path.join(this.files, 'made'), 1000, 1000);
    return this.engine.script('build-all.sh', this.engine.folder, this.context);
  }

  stop(): void {
    this.engine.script('engine.sh', 'stop', this.engine.folder);
    if (this.#kept === undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  image(name: string): string {
    return `localhost/waybill/${name}`;
  }

  layersOf(name: string): readonly string[] {
    return this.engine.inspect(this.image(name)).RootFS.Layers;
  }

  /** Runs a program once, without a network; what it says. Throws unless it ends with 0. */
  run(name: string, ...args: readonly string[]): string {
    const volumes = [`${this.files}:/files:ro`, `${this.files}/made:/made`, `${PROJECT}:/project:ro`];
    const mounts = volumes.flatMap((volume) => ['--volume', volume]);
    return this.engine.docker('run', '--rm', '--network=none', ...LOCKED, ...mounts, this.image(name), ...args);
  }
}

/** A chain of real encodings, some hundred blocks, as a CAR file. */
export function makeChain(file: string): void {
  const program = path.join(ROOT, 'benchmarks/src/make-chain.ts');
  execFileSync(process.execPath, ['--conditions=@waybill/source', program, 'tiny', file]);
}

/** The bundled stream as an archive: three minutes of the channel `example`. */
export function makeArchive(folder: string): void {
  const code = "import { cutStream } from '@waybill/stream-fixture'; cutStream(process.argv[1]);";
  const args = ['--conditions=@waybill/source', '--input-type=module', '--eval', code, folder];
  execFileSync(process.execPath, args, { cwd: path.join(ROOT, 'examples/first-run') });
}
