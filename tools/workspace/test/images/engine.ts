import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../../..');
const SCRIPTS = path.join(ROOT, 'docker/test');

/** Why the images cannot be tested here; undefined where they can. */
export function reasonForNoEngine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root';
  const needed = ['/usr/sbin/dockerd', '/usr/bin/docker', '/usr/bin/docker-compose', '/usr/sbin/debootstrap'];
  const missing = needed.filter((file) => !existsSync(file));
  return missing.length > 0
    ? `needs docker.io, docker-compose and debootstrap of Debian: no ${missing.join(', ')}`
    : undefined;
}

/** One engine below one folder, through the scripts of docker/test. */
export class Engine {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;

  constructor(folder: string) {
    this.folder = folder;
    this.environment = { ...process.env, DOCKER_HOST: `unix://${folder}/docker.sock`, DOCKER_BUILDKIT: '1' };
  }

  run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      env: { ...this.environment, ...environment },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  script(name: string, ...args: string[]): string {
    return this.run(path.join(SCRIPTS, name), args);
  }

  docker(...args: string[]): string {
    return this.run('/usr/bin/docker', args);
  }

  shell(command: string): string {
    return this.run('/bin/bash', ['-c', `set -o pipefail; ${command}`]);
  }

  inspect(image: string): ImageFacts {
    return (JSON.parse(this.docker('image', 'inspect', image)) as [ImageFacts])[0];
  }
}

export interface ImageFacts {
  readonly Id: string;
  readonly Architecture: string;
  readonly RootFS: { readonly Layers: readonly string[] };
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
}
