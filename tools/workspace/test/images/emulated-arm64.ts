import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Bench } from './bench.ts';
import { ROOT } from './engine.ts';

const ARCH = 'arm64';

/** Whether qemu for it is on this machine (Debian: qemu-user-static). */
export function canEmulateArm64(): boolean {
  return existsSync('/usr/lib/binfmt.d/qemu-aarch64.conf');
}

/** Images for arm64 beside those of the bench, run by qemu on this machine. Disposed, the kernel knows no more than before. */
export class EmulatedArm64 implements Disposable {
  readonly #bench: Bench;
  readonly #wasAdded: boolean;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#wasAdded = bench.engine.script('binfmt.sh', 'add', 'aarch64') === 'added';
  }

  /** Its stand-in, with Node in the version that the lock file has for both processors. */
  makeStandIn(): void {
    const { engine } = this.#bench;
    const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
    const { optionalDependencies } = JSON.parse(manifest) as { optionalDependencies: Record<string, string> };
    const name = `node-linux-${ARCH}`;
    const folder = path.join(engine.folder, name);
    engine.shell(
      `mkdir -p ${folder} && cd ${folder} && npm pack --silent ${name}@${optionalDependencies[name]} && tar -xzf ${name}-*.tgz`,
    );
    engine.script('stand-in.sh', engine.folder, path.join(folder, 'package/bin/node'), ARCH);
  }

  build(target: string, name: string, app: string, port = ''): void {
    const { engine, context } = this.#bench;
    const script = path.join(ROOT, 'docker/test/build.sh');
    engine.run(script, [engine.folder, context, target, name, app, port], { ARCH });
  }

  image(name: string): string {
    return `${name}-${ARCH}`;
  }

  [Symbol.dispose](): void {
    if (this.#wasAdded) this.#bench.engine.script('binfmt.sh', 'remove', 'aarch64');
  }
}
