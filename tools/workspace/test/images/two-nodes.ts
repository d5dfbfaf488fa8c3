import { createHash } from 'node:crypto';
import { chownSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, type Engine } from './engine.ts';

const USER = 1000;
const HOUR = 'mychannel/source/2026-05-01T12';

/** docker/compose/two-nodes as it is published, with images that were built here in place of those of a registry. */
export class TwoNodes {
  readonly engine: Engine;
  readonly override: string;
  readonly written = new Map<string, Buffer>();

  constructor(engine: Engine, folder: string) {
    this.engine = engine;
    this.override = path.join(folder, 'override.yml');
    const images = {
      database: 'stand-in/postgres',
      'node-a': 'waybill/backfiller',
      'node-b': 'waybill/backfiller',
      proxy: 'stand-in/nginx',
    };
    const services = Object.entries(images).map(([name, image]) => [
      name,
      { image: `localhost/${image}`, ...(name.startsWith('node') ? { healthcheck: { interval: '1s' } } : {}) },
    ]);
    writeFileSync(this.override, JSON.stringify({ services: Object.fromEntries(services) as unknown }));
  }

  compose(...args: string[]): string {
    const shipped = path.join(ROOT, 'docker/compose/two-nodes/compose.yml');
    const common = ['--project-name', 'twonodes', '--file', shipped, '--file', this.override];
    return this.engine.run('/usr/bin/docker-compose', [...common, ...args], { INTERVAL: '2s', PORT: '18080' });
  }

  archive(node: string): string {
    return path.join(this.engine.folder, `data/volumes/twonodes_${node}/_data`);
  }

  /** Puts segments into the archive of one node, as a recorder beside it would. */
  record(node: string, minute: number, count: number): void {
    const folder = path.join(this.archive(node), HOUR);
    mkdirSync(folder, { recursive: true });
    for (let at = folder; at !== this.archive(node); at = path.dirname(at)) chownSync(at, USER, USER);
    for (let second = 0; second < count; second += 1) {
      const bytes = Buffer.alloc(20_000, `${node} ${minute} ${second}`);
      const hash = createHash('sha256').update(bytes).digest('base64url');
      const name = `${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.0-1.0-full-${hash}.ts`;
      writeFileSync(path.join(folder, name), bytes);
      chownSync(path.join(folder, name), USER, USER);
      this.written.set(name, bytes);
    }
  }

  missing(node: string): string[] {
    const folder = path.join(this.archive(node), HOUR);
    const there = new Set(globSync('*.ts', { cwd: folder }));
    return [...this.written]
      .filter(([name, bytes]) => !there.has(name) || !readFileSync(path.join(folder, name)).equals(bytes))
      .map(([name]) => name);
  }

  async complete(node: string): Promise<string[]> {
    for (let tries = 0; tries < 120 && this.missing(node).length > 0; tries += 1) await sleep(500);
    return this.missing(node);
  }
}
