import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { encodeBatchFrames } from '@waybill/shaman-protocol';
import { definitionV2, definitionV3, testFile } from '../../support/test-server.ts';
import type { TestFile } from '../../support/test-server.ts';

export interface TestCheckout {
  /** Below the checkout root. */
  readonly path: string;
  readonly files: readonly TestFile[];
}

/** Collections take nothing younger, whatever the server's own age is: a file that was just acknowledged has to stay. */
const DAY_MS = 86_400_000;

/** What a server has acknowledged, and what it was asked for when it was killed. */
export class Acknowledged {
  readonly files: TestFile[] = [];
  readonly checkouts: TestCheckout[] = [];
  /** Asked for and not answered: they may be there or not, but whole. */
  readonly unanswered = { files: new Set<TestFile>(), checkouts: new Set<TestCheckout>(), collections: 0 };
  collections = 0;

  forgetUnanswered(): void {
    this.unanswered.files.clear();
    this.unanswered.checkouts.clear();
    this.unanswered.collections = 0;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Clients that upload, check out and collect garbage at once, until the server no longer answers. */
export class ShamanLoad {
  readonly #url: string;
  readonly #random: () => number;
  readonly #done: Acknowledged;
  readonly #agent = new Agent({ keepAlive: true });
  #stopped = false;

  constructor(url: string, done: Acknowledged, random: () => number) {
    this.#url = url;
    this.#done = done;
    this.#random = random;
  }

  /** Resolves when the server is gone. Rejects on an answer that no healthy server gives. */
  async run(clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, () => this.#client()));
    this.#agent.destroy();
  }

  async #client(): Promise<void> {
    while (!this.#stopped) {
      const choice = this.#random();
      const going =
        choice < 0.6
          ? this.#upload()
          : choice < 0.85
            ? this.#checkOut()
            : choice < 0.95
              ? this.#batch()
              : this.#collect();
      if (!(await going)) return;
    }
  }

  async #upload(): Promise<boolean> {
    const file = this.#newFile();
    this.#done.unanswered.files.add(file);
    const base = this.#random() < 0.5 ? '/files/' : '/api/v3/shaman/files/';
    const answer = await this.#post(base + file.name, file.content);
    if (answer === undefined) return false;
    expectStatus(answer, 204);
    this.#stored(file);
    return true;
  }

  async #batch(): Promise<boolean> {
    const files = Array.from({ length: 1 + Math.floor(this.#random() * 20) }, () => this.#newFile());
    for (const file of files) this.#done.unanswered.files.add(file);
    const frames = files.map(({ key, content }) => ({ digest: key.digest, content }));
    const answer = await this.#post(
      '/waybill/v1/batch',
      Buffer.concat(await Array.fromAsync(encodeBatchFrames(frames))),
    );
    if (answer === undefined) return false;
    expectStatus(answer, 200);
    const { results } = JSON.parse(answer.body) as { results: { status: string }[] };
    files.forEach((file, index) => {
      if (results[index]?.status !== 'stored') throw new Error(`batch: ${answer.body}`);
      this.#stored(file);
    });
    return true;
  }

  async #checkOut(): Promise<boolean> {
    const { files } = this.#done;
    if (files.length === 0) return await this.#upload();
    const count = 1 + Math.floor(this.#random() * 20);
    const chosen = Array.from({ length: count }, (_item, index) => ({
      ...(files[Math.floor(this.#random() * files.length)] as TestFile),
      path: `folder${index % 3}/file${index}`,
    }));
    return this.#random() < 0.5 ? await this.#checkOutV2(chosen) : await this.#checkOutV3(chosen);
  }

  async #checkOutV2(files: TestFile[]): Promise<boolean> {
    const id = randomBytes(6).toString('hex');
    const body = Buffer.from(definitionV2(files));
    return await this.#created({ path: `${id.slice(-2)}/${id}`, files }, `/checkout/create/${id}`, body, 'text/plain');
  }

  async #checkOutV3(files: TestFile[]): Promise<boolean> {
    const path = `show${Math.floor(this.#random() * 3)}/${randomBytes(6).toString('hex')}`;
    const body = Buffer.from(JSON.stringify({ files: definitionV3(files), checkoutPath: path }));
    return await this.#created({ path, files }, '/api/v3/shaman/checkout/create', body, 'application/json');
  }

  async #created(checkout: TestCheckout, url: string, body: Buffer, type: string): Promise<boolean> {
    this.#done.unanswered.checkouts.add(checkout);
    const answer = await this.#post(url, body, type);
    if (answer === undefined) return false;
    expectStatus(answer, 200);
    this.#done.unanswered.checkouts.delete(checkout);
    this.#done.checkouts.push(checkout);
    return true;
  }

  async #collect(): Promise<boolean> {
    this.#done.unanswered.collections += 1;
    const answer = await this.#post('/waybill/v1/gc', Buffer.from(JSON.stringify({ maxAgeMs: DAY_MS })));
    if (answer === undefined) return false;
    this.#done.unanswered.collections -= 1;
    // Two clients may ask at once.
    if (answer.status !== 409) expectStatus(answer, 200);
    this.#done.collections += 1;
    return true;
  }

  /** No two are alike: of one byte there are only 256. */
  #newFile(): TestFile {
    // Some are written while they come, and not at once: a kill finds them half written.
    const isLarge = this.#random() < 0.05;
    const sizeBytes = isLarge ? 300_000 + this.#random() * 500_000 : 16 + this.#random() ** 3 * 100_000;
    return testFile('file', randomBytes(Math.floor(sizeBytes)));
  }

  #stored(file: TestFile): void {
    this.#done.unanswered.files.delete(file);
    this.#done.files.push(file);
  }

  /** Undefined: the server is gone. */
  #post(path: string, body: Buffer, type = 'application/octet-stream'): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const gone = (): void => {
        this.#stopped = true;
        resolve(undefined);
      };
      const headers = { 'content-type': type, 'content-length': body.length };
      const sent = request(this.#url + path, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', gone);
        response.on('end', () => {
          if (response.complete) resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
          else gone();
        });
      });
      sent.on('error', gone);
      sent.end(body);
    });
  }
}

function expectStatus({ status, body }: Answer, expected: number): void {
  if (status !== expected) throw new Error(`status ${status} where ${expected} is expected: ${body.slice(0, 500)}`);
}
