import { randomBytes, webcrypto } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { blobKey } from '@waybill/blob-store';
import type { CallAnswer, CallOptions, HttpCaller } from '../../support/http-caller.ts';
import { definitionV2, definitionV3, testFile } from '../../support/test-server.ts';
import type { TestFile } from '../../support/test-server.ts';

/** Bodies and definitions up to this count as small requests. */
const SMALL_BYTES = 16 * 1024;
const LARGE_BYTES = 8 * 1024 * 1024;
/** Checkouts that stay; older ones are erased. */
const KEPT_CHECKOUTS = 20;
/** Files that are still referred to by new checkouts. */
const KEPT_FILES = 500;

export interface SoakTallies {
  readonly failures: string[];
  /** Milliseconds of each request, by kind. */
  readonly times: Map<string, number[]>;
}

/** Requests that take as long as what they move, or as all that there is. */
export const LONG_KINDS: readonly string[] = ['large upload', 'collection'];

/** Clients with pauses between their requests, as artists have them: the server is never without work and never flooded. */
export class SoakLoad {
  readonly tallies: SoakTallies = { failures: [], times: new Map() };
  readonly #caller: HttpCaller;
  readonly #random: () => number;
  readonly #files: TestFile[] = [];
  readonly #checkouts: string[] = [];
  #collecting = false;

  constructor(caller: HttpCaller, random: () => number) {
    this.#caller = caller;
    this.#random = random;
  }

  /** Resolves when the time is over and every request answered. */
  async run(clients: number, ms: number): Promise<void> {
    const end = performance.now() + ms;
    await Promise.all(Array.from({ length: clients }, () => this.#client(end)));
  }

  async #client(end: number): Promise<void> {
    while (performance.now() < end) {
      await this.#next();
      await sleep(10 + this.#random() * 20);
    }
  }

  #next(): Promise<void> {
    const choice = this.#random();
    if (choice < 0.45 || this.#files.length < 20) return this.#upload('small upload', this.#random() * SMALL_BYTES);
    if (choice < 0.47) return this.#upload('large upload', this.#random() * LARGE_BYTES);
    if (choice < 0.65) return this.#requirements();
    if (choice < 0.75) return this.#download();
    if (choice < 0.85) return this.#status();
    if (choice < 0.92) return this.#checkOut();
    if (choice < 0.99) return this.#erase();
    return this.#collect();
  }

  async #upload(kind: string, sizeBytes: number): Promise<void> {
    const file = await newFile(1 + Math.floor(sizeBytes));
    const base = this.#random() < 0.5 ? '/files/' : '/api/v3/shaman/files/';
    const isDone = await this.#ask(kind, base + file.name, { method: 'POST', body: file.content }, [204]);
    if (!isDone) return;
    this.#files.push(file);
    if (this.#files.length > KEPT_FILES) this.#files.shift();
  }

  async #requirements(): Promise<void> {
    const files = [...this.#some(9), testFile('new', randomBytes(8))].map(withPath);
    const body = Buffer.from(definitionV2(files));
    await this.#ask('requirements', '/checkout/requirements', { method: 'POST', body, type: 'text/plain' }, [200]);
  }

  async #download(): Promise<void> {
    const [file] = this.#some(1);
    // A collection may have removed what no checkout shows.
    await this.#ask('download', `/files/${file?.name}`, {}, [200, 404]);
  }

  async #status(): Promise<void> {
    const [file] = this.#some(1);
    await this.#ask('status', `/api/v3/shaman/files/${file?.name}`, {}, [200]);
  }

  async #checkOut(): Promise<void> {
    const path = `soak/${randomBytes(6).toString('hex')}`;
    const definition = definitionV3(this.#some(20).map(withPath));
    const body = Buffer.from(JSON.stringify({ files: definition, checkoutPath: path }));
    const options = { method: 'POST', body, type: 'application/json' } as const;
    const isDone = await this.#ask('checkout', '/api/v3/shaman/checkout/create', options, [200, 424]);
    if (isDone) this.#checkouts.push(path);
  }

  async #erase(): Promise<void> {
    if (this.#checkouts.length < KEPT_CHECKOUTS) return;
    const path = this.#checkouts.shift();
    // One that was refused for a missing file has never been there.
    await this.#ask('erase', `/waybill/v1/checkouts/${path}`, { method: 'DELETE' }, [204, 404]);
  }

  /** Everything that is neither shown nor pinned goes: more than any collection of a real server has to do. */
  async #collect(): Promise<void> {
    if (this.#collecting) return;
    this.#collecting = true;
    const body = Buffer.from(JSON.stringify({ maxAgeMs: 5000 }));
    await this.#ask('collection', '/waybill/v1/gc', { method: 'POST', body, type: 'application/json' }, [200]);
    this.#collecting = false;
  }

  async #ask(kind: string, path: string, options: CallOptions, expected: readonly number[]): Promise<boolean> {
    const { failures, times } = this.tallies;
    const startedMs = performance.now();
    const answer = await this.#caller.call(path, options).catch((error: unknown) => String(error));
    const known = times.get(kind) ?? [];
    known.push(performance.now() - startedMs);
    times.set(kind, known);
    const problem = problemOf(answer, expected);
    if (problem !== undefined) failures.push(`${kind}: ${problem}`);
    return problem === undefined;
  }

  #some(count: number): TestFile[] {
    const { length } = this.#files;
    return Array.from({ length: count }, () => this.#files[Math.floor(this.#random() * length)] as TestFile);
  }
}

/** Aside, not in this thread: hashing here would be measured as slowness of the server. */
async function newFile(sizeBytes: number): Promise<TestFile> {
  const content = await promisify(randomBytes)(sizeBytes);
  const sha = Buffer.from(await webcrypto.subtle.digest('SHA-256', content)).toString('hex');
  return { path: 'file', content, sha, sizeBytes, key: blobKey(sha, sizeBytes), name: `${sha}/${sizeBytes}` };
}

function withPath(file: TestFile, index: number): TestFile {
  return { ...file, path: `folder${index % 3}/file${index}` };
}

function problemOf(answer: CallAnswer | string, expected: readonly number[]): string | undefined {
  if (typeof answer === 'string') return answer;
  const text = answer.body.subarray(0, 300).toString('latin1');
  if (!expected.includes(answer.status)) return `${answer.status} ${text}`;
  return undefined;
}
