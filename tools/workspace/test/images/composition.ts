import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from '@waybill/test-kit';
import type { Engine } from './engine.ts';
import { ROOT } from './engine.ts';

export interface CompositionInit {
  readonly engine: Engine;
  /** Where the override is written, which names images that were built here in place of those of a registry. */
  readonly folder: string;
  readonly project: string;
  /** Folders of docker/compose; the first one is the project's. */
  readonly folders: readonly string[];
  /** What is said differently of each service than in the published files. */
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What the published files leave to whoever starts them. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Files of docker/compose as they are published, run by the engine of the test. */
export class Composition {
  readonly #init: CompositionInit;
  readonly #files: readonly string[];

  constructor(init: CompositionInit) {
    this.#init = init;
    const override = path.join(init.folder, `${init.project}.yml`);
    writeFileSync(override, JSON.stringify({ services: init.services }));
    const shipped = init.folders.map((name) => path.join(ROOT, 'docker/compose', name, 'compose.yml'));
    this.#files = [...shipped, override].flatMap((file) => ['--file', file]);
  }

  compose(...args: string[]): string {
    const { engine, project, environment } = this.#init;
    return engine.run('/usr/bin/docker-compose', ['--project-name', project, ...this.#files, ...args], environment);
  }

  /** Runs commands of a document on this composition: its files, and the `docker compose` that is here. */
  perform(commands: string): void {
    const { engine, folder, project, environment } = this.#init;
    const own = ['/usr/bin/docker-compose', '--project-name', project, ...this.#files].join(' ');
    const code = `cd ${folder}; ${commands.replaceAll('docker compose', own)}`;
    engine.run('/bin/sh', ['-euc', code], environment);
  }

  down(): void {
    this.compose('down', '--volumes', '--timeout', '20');
  }

  container(service: string): string {
    return `${this.#init.project}_${service}_1`;
  }

  /** Where a program that runs beside the engine reaches a service. */
  address(service: string): string {
    const { engine, project } = this.#init;
    const format = `{{(index .NetworkSettings.Networks "${project}_default").IPAddress}}`;
    return engine.docker('inspect', '--format', format, this.container(service));
  }

  /** The folder of a volume, on the disk of the engine. */
  volume(name: string): string {
    return path.join(this.#init.engine.folder, `data/volumes/${this.#init.project}_${name}/_data`);
  }

  /** Runs a program's image once, in the network of the composition; what it says. */
  run(image: string, options: readonly string[], ...args: readonly string[]): string {
    return this.#init.engine.docker(
      ...['run', '--rm', `--network=${this.#init.project}_default`],
      ...options,
      image,
      ...args,
    );
  }

  async healthy(...services: string[]): Promise<void> {
    const { engine } = this.#init;
    for (const service of services) {
      const args = ['inspect', '--format', '{{.State.Health.Status}}', this.container(service)];
      const isHealthy = (): boolean => engine.docker(...args) === 'healthy';
      await waitFor(isHealthy, { timeoutMs: 120_000, intervalMs: 500, what: `health of ${service}` });
    }
  }
}

/** For the override of a service of ours: asked for its health more often, and given the time that a busy machine needs. */
export function ours(image: string): Record<string, unknown> {
  return { image: `localhost/waybill/${image}`, healthcheck: { interval: '1s', timeout: '20s', retries: 90 } };
}

export function standIn(image: string): Record<string, unknown> {
  return { image: `localhost/stand-in/${image}` };
}
