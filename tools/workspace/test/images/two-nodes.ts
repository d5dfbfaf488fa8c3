import { createHash } from 'node:crypto';
import { chownSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Composition, ours, standIn } from './composition.ts';
import type { Engine } from './engine.ts';

const USER = 1000;
const HOUR = 'mychannel/source/2026-05-01T12';

/** docker/compose/two-nodes, and what was recorded in it. */
export class TwoNodes extends Composition {
  readonly written = new Map<string, Buffer>();

  constructor(engine: Engine, folder: string) {
    const own = { database: standIn('postgres'), 'node-a': ours('backfiller'), 'node-b': ours('backfiller') };
    super({
      ...{ engine, folder, project: 'twonodes', folders: ['two-nodes'] },
      services: { ...own, proxy: standIn('nginx') },
      environment: { INTERVAL: '2s', PORT: '18080' },
    });
  }

  /** Puts segments into the archive of one node, as a recorder beside it would. */
  record(node: string, minute: number, count: number): void {
    const archive = this.volume(node);
    const folder = path.join(archive, HOUR);
    mkdirSync(folder, { recursive: true });
    for (let at = folder; at !== archive; at = path.dirname(at)) chownSync(at, USER, USER);
    for (let second = 0; second < count; second += 1) {
      const bytes = Buffer.alloc(20_000, `${node} ${minute} ${second}`);
      const hash = createHash('sha256').update(bytes).digest('base64url');
      const name = `${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.0-1.0-full-${hash}.ts`;
      // A segment has its name when it is whole.
      const incoming = path.join(archive, '.incoming');
      writeFileSync(incoming, bytes);
      chownSync(incoming, USER, USER);
      renameSync(incoming, path.join(folder, name));
      this.written.set(name, bytes);
    }
  }

  sql(statement: string): string {
    return this.compose('exec', '-T', 'database', 'psql', '-U', 'waybill', '-At', '-c', statement);
  }

  missing(node: string): string[] {
    const folder = path.join(this.volume(node), HOUR);
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
