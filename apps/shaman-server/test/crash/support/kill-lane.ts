import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnChild, waitFor } from '@waybill/test-kit';
import { expect } from 'vitest';
import { testFile } from '../../support/test-server.ts';
import { addGarbage, halfCheckouts, halfFiles, leftovers, lostCheckouts, lostFiles } from './check-storage.ts';
import { countPhases, type KillPhases } from './kill-phases.ts';
import { Acknowledged, ShamanLoad } from './shaman-load.ts';

/** What the kills of a test met. */
export interface KillHits {
  kills: number;
  /** Storages that were under load when their process was killed. */
  points: number;
  readonly phases: KillPhases;
  files: number;
  checkouts: number;
  collections: number;
}

export interface KillLaneInit {
  readonly directory: string;
  /** Storages that one process serves: each is at a point of its own when the process is killed. */
  readonly storages: number;
  readonly clientsPerStorage: number;
  readonly random: () => number;
  readonly hits: KillHits;
}

const MANY_SERVERS = new URL('../fixtures/many-servers.ts', import.meta.url);
const GARBAGE = 10;
/** The first run is measured: it ends when so many answers have come for each storage. The others end uniformly within it. */
const MEASURED_ANSWERS = 20;
const LONGEST_MS = 5000;

/** One storage, and all that its clients know of it. */
interface Ward {
  readonly path: string;
  readonly done: Acknowledged;
}

/** Kills the servers of the same storages again and again, and looks each time at what is left. */
export class KillLane {
  readonly #init: KillLaneInit;
  readonly #wards: readonly Ward[];
  #kills = 0;
  #runMs: number | undefined;

  constructor(init: KillLaneInit) {
    this.#init = init;
    this.#wards = Array.from({ length: init.storages }, (_ward, index) => ({
      path: join(init.directory, `storage${index}`),
      done: new Acknowledged(),
    }));
  }

  async kill(): Promise<void> {
    const { random, clientsPerStorage, hits } = this.#init;
    this.#kills += 1;
    for (const { path } of this.#wards)
      for (let count = 0; count < GARBAGE; count++)
        addGarbage(path, testFile('old', `${path} ${this.#kills} ${count}`));
    await using servers = await this.#start();
    const checked = this.#wards.map(({ done }) => ({ files: done.files.length, checkouts: done.checkouts.length }));
    await Promise.all(servers.urls.map((url, index) => expectNothingUploading(url, this.#ward(index).done)));
    for (const { done } of this.#wards) done.forgetUnanswered();
    const load = Promise.all(
      servers.urls.map((url, index) => new ShamanLoad(url, this.#ward(index).done, random).run(clientsPerStorage)),
    );
    const killed = this.#wait().then(() => servers.child.kill('SIGKILL'));
    const [ended] = await Promise.allSettled([load, killed]);
    if (ended.status === 'rejected') throw ended.reason;
    await servers.child.exited;
    hits.kills += 1;
    this.#wards.forEach((ward, index) => this.#check(ward, checked[index] ?? { files: 0, checkouts: 0 }));
  }

  /** After the last kill: everything that was ever acknowledged is there, and what was left behind goes. */
  async finish(): Promise<void> {
    const { hits } = this.#init;
    await using servers = await this.#start();
    for (const [index, { path, done }] of this.#wards.entries()) {
      expect(lostFiles(path, done.files)).toEqual([]);
      expect(lostCheckouts(path, done.checkouts)).toEqual([]);
      expect(leftovers(path).buildings).toBe(0);
      expect(await collect(servers.urls[index])).toMatchObject({ failures: [] });
      expect(leftovers(path).uploads).toBe(0);
      hits.files += done.files.length;
      hits.checkouts += done.checkouts.length;
      hits.collections += done.collections;
    }
  }

  async #wait(): Promise<void> {
    if (this.#runMs !== undefined) {
      await sleep(this.#init.random() * this.#runMs);
      return;
    }
    const startedMs = performance.now();
    while (this.#answers() < MEASURED_ANSWERS * this.#wards.length && performance.now() - startedMs < LONGEST_MS)
      await sleep(5);
    this.#runMs = performance.now() - startedMs;
  }

  #answers(): number {
    return this.#wards.reduce((sum, { done }) => sum + done.files.length + done.checkouts.length, 0);
  }

  #ward(index: number): Ward {
    return this.#wards[index] as Ward;
  }

  #check({ path, done }: Ward, checked: { files: number; checkouts: number }): void {
    this.#init.hits.points += 1;
    countPhases(path, done, this.#init.hits.phases);
    expect(lostFiles(path, done.files.slice(checked.files))).toEqual([]);
    expect(lostCheckouts(path, done.checkouts.slice(checked.checkouts))).toEqual([]);
    expect(halfFiles(path, done.unanswered.files)).toEqual([]);
    expect(halfCheckouts(path, done.unanswered.checkouts)).toEqual([]);
  }

  async #start() {
    const child = await spawnChild(
      MANY_SERVERS,
      this.#wards.map(({ path }) => path),
    );
    for await (const line of child.lines)
      return { child, urls: JSON.parse(line) as string[], [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
    throw new Error(`the servers ended: ${(await child.exited).stderr}`);
  }
}

/** On a slow machine the server may be at it by itself, half a minute after its start. */
async function collect(url: string | undefined): Promise<unknown> {
  const asked = async () => {
    const answer = await fetch(`${url}/waybill/v1/gc`, { method: 'POST' });
    const report: unknown = await answer.json();
    return answer.status !== 409 && { report };
  };
  return (await waitFor(asked, { timeoutMs: 60_000, what: 'the end of another collection' })).report;
}

/** What was in flight at the last kill is unknown or stored now; never "uploading" for ever. */
async function expectNothingUploading(url: string, { unanswered }: Acknowledged): Promise<void> {
  for (const { name } of [...unanswered.files].slice(0, 5)) {
    const answer = await fetch(`${url}/api/v3/shaman/files/${name}`);
    expect(((await answer.json()) as { status: string }).status).not.toBe('uploading');
  }
}
