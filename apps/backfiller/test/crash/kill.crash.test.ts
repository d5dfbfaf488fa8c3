import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { matchOwnTempName } from '../../src/archive/temp-names.ts';
import { listFiles, ownTempFiles, readFiles, writeFiles } from '../e2e/support/archive-files.ts';
import { passArgs, runOnce, startBackfiller, startServe } from '../e2e/support/backfiller.ts';
import { startFaultyNode } from '../e2e/support/faulty-node.ts';
import type { FaultyNode } from '../e2e/support/faulty-node.ts';
import { filesOf, makeSegments } from '../e2e/support/made-segments.ts';

const KILLS = tierCount({ push: 100, nightly: 1000 });
/** Copies that are filled and killed at the same time: while one program starts, the other one works. */
const LANES = 2;
/** Of the 2,000 segments, how many are missing before each pass: enough for most of its time to go into fetching. */
const MISSING = 1000;
/** Kills reach this far into the time that the last whole pass took, so that some come late where the next is slower. */
const REACH = 1.1;
/** So many of the kills are timed from the first request, when listings are compared; the others from the first one for a segment. */
const EARLY_KILLS = 0.2;
const ANY_REQUEST = /^/;
const SEGMENT_REQUEST = /^\/segments\//;
const ARGS = ['--qualities', 'source,480p'];
/** Of a recorder of the original, which writes into the same folders. */
const STRANGER = 'demo/source/2024-03-01T10/59:58.000000-2.0-temp-0b1d3f60-1c1f-4a52-9d3e-3f6f8a2f8c11.ts';

const files = filesOf(
  ['source', '480p'].flatMap((quality) =>
    ['2024-03-01T10', '2024-03-01T11'].flatMap((hour) => makeSegments(500, { quality, hour, sizeBytes: 10_000 })),
  ),
);

interface Hits {
  beforeTheFirstFile: number;
  whileFilesArrive: number;
  afterTheLastFile: number;
  /** Of all these, those that left a file half written. */
  leavingATempFile: number;
}

/** A copy that is filled from a node of ours, which sends batches, and from an original one. */
class Lane {
  readonly #copy: string;
  readonly #nodes: readonly string[];
  readonly #plain: FaultyNode;
  readonly #random: () => number;
  /** How long the last whole pass took, from its first request for a segment on. */
  #spanMs = 0;

  constructor(copy: string, batchNode: string, plain: FaultyNode, random: () => number) {
    this.#copy = copy;
    this.#nodes = [`${batchNode}#name=batch`, `${plain.url}#name=plain`];
    this.#plain = plain;
    this.#random = random;
  }

  /** One pass to its end, timed. */
  async measure(): Promise<void> {
    this.#makeHoles();
    await this.#run(SEGMENT_REQUEST, Infinity);
  }

  /** One pass that is killed at some moment of the time that a pass takes. False where it ended before that. */
  async kill(hits: Hits): Promise<boolean> {
    const before = this.#makeHoles();
    const tempsBefore = ownTempFiles(this.#copy).length;
    const begin = this.#random() < EARLY_KILLS ? ANY_REQUEST : SEGMENT_REQUEST;
    const killed = await this.#run(begin, this.#random() * REACH * this.#spanMs);
    const arrived = this.#check(before);
    if (!killed) return false;
    if (arrived === 0) hits.beforeTheFirstFile += 1;
    else if (arrived === MISSING) hits.afterTheLastFile += 1;
    else hits.whileFilesArrive += 1;
    if (ownTempFiles(this.#copy).length > tempsBefore) hits.leavingATempFile += 1;
    return true;
  }

  /** Removes segments at random until `MISSING` are not there. Gives those that are. */
  #makeHoles(): Set<string> {
    const there = this.#there();
    while (there.length > files.size - MISSING) {
      const at = Math.floor(this.#random() * there.length);
      const file = there[at] ?? '';
      there[at] = there.at(-1) ?? '';
      there.pop();
      rmSync(path.join(this.#copy, file));
    }
    return new Set(there);
  }

  #there(): string[] {
    return listFiles(this.#copy).filter((file) => files.has(file));
  }

  /** Kills it so long after the first request like `begin`: what is before any is the start of Node. True where the kill hit it. */
  async #run(begin: RegExp, killAfterMs: number): Promise<boolean> {
    const asked = Promise.withResolvers<undefined>();
    this.#plain.fault = (request) => {
      if (begin.test(request.path)) asked.resolve(undefined);
      return false;
    };
    await using child = await startBackfiller([...passArgs(this.#copy, this.#nodes, ARGS), '--run-once']);
    await Promise.race([asked.promise, child.exited]);
    const startedMs = performance.now();
    await Promise.race([Number.isFinite(killAfterMs) ? sleep(killAfterMs) : child.exited, child.exited]);
    child.kill();
    const { signal, code } = await child.exited;
    if (signal !== null) return true;
    expect(code).toBe(0);
    if (begin === SEGMENT_REQUEST) this.#spanMs = performance.now() - startedMs;
    return false;
  }

  /** Compares all that is new with its source. Gives how many segments arrived. */
  #check(before: ReadonlySet<string>): number {
    const finals = listFiles(this.#copy).filter((file) => matchOwnTempName(path.basename(file)) === undefined);
    expect(finals.filter((file) => !files.has(file))).toEqual([STRANGER]);
    const fresh = finals.filter((file) => files.has(file) && !before.has(file));
    const wrong = fresh.filter(
      (file) => !readFileSync(path.join(this.#copy, file)).equals(files.get(file) ?? Buffer.of()),
    );
    expect(wrong).toEqual([]);
    return fresh.length;
  }

  /** One more pass completes the copy, and clears up after those that were killed. */
  async complete(): Promise<void> {
    this.#makeHoles();
    const { code, report } = await runOnce(this.#copy, this.#nodes, ARGS);
    expect({ code, complete: report.complete }).toEqual({ code: 0, complete: true });
    expect(ownTempFiles(this.#copy)).toEqual([]);
    const found = readFiles(this.#copy);
    expect(found.delete(STRANGER)).toBe(true);
    expect(found).toEqual(new Map([...files]));
  }
}

it(`leaves only whole, right files under final names when killed at ${KILLS} moments of a pass, and one more pass completes`, async ({
  annotate,
}) => {
  await using source = await temporaryDirectory();
  writeFiles(source.path, files);
  await using node = await startServe(source.path);
  const hits: Hits = { beforeTheFirstFile: 0, whileFilesArrive: 0, afterTheLastFile: 0, leavingATempFile: 0 };
  let left = KILLS;
  const work = async (number: number): Promise<void> => {
    await using copy = await temporaryDirectory();
    await using plain = await startFaultyNode({ files });
    writeFiles(copy.path, new Map([...files, [STRANGER, Buffer.from('half a segment')]]));
    const lane = new Lane(copy.path, node.url, plain, seededRandom(number));
    await lane.measure();
    while (left > 0) {
      left -= 1;
      if (!(await lane.kill(hits))) left += 1;
    }
    await lane.complete();
  };
  await Promise.all(Array.from({ length: LANES }, (_, number) => work(number)));
  await annotate(`kills: ${JSON.stringify(hits)}`);
  expect(hits.beforeTheFirstFile + hits.whileFilesArrive + hits.afterTheLastFile).toBe(KILLS);
  expect(hits.whileFilesArrive).toBeGreaterThan(KILLS / 2);
  expect(hits.leavingATempFile).toBeGreaterThan(KILLS / 20);
});
