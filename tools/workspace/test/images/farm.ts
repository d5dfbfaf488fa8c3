import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Composition, ours, standIn } from './composition.ts';
import type { Engine } from './engine.ts';

export const TOKEN = 'secret-of-the-farm';
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };

/** docker/compose/shaman: one server with its files in a volume. */
export function oneServer(engine: Engine, folder: string): Composition {
  return new Composition({
    ...{ engine, folder, project: 'shaman', folders: ['shaman'] },
    services: { 'shaman-server': ours('shaman-server') },
    environment: { TOKEN, PORT: '18084' },
  });
}

/** docker/compose/shaman-farm: two servers of one store, with an S3-compatible server that is added to it. */
export class Farm extends Composition {
  constructor(engine: Engine, folder: string) {
    const credentials = { AWS_ACCESS_KEY_ID: 'waybill', AWS_SECRET_ACCESS_KEY: 'waybill-secret' };
    const environment = { ROOT_ACCESS_KEY: 'waybill', ROOT_SECRET_KEY: 'waybill-secret' };
    super({
      ...{ engine, folder, project: 'farm', folders: ['shaman-farm'] },
      services: {
        ...{ s3: { ...standIn('s3'), environment }, database: standIn('postgres'), proxy: standIn('nginx') },
        ...{ 'server-1': ours('shaman-server'), 'server-2': ours('shaman-server') },
      },
      environment: { TOKEN, S3_ENDPOINT: 'http://s3:7070', S3_BUCKET: 'farm', PORT: '18085', ...credentials },
    });
  }
}

/** A file of a render job, different for each number. */
export function contentOf(number: number): Buffer {
  return Buffer.alloc(10_000 + number, `frame ${number} `);
}

function nameOf(content: Buffer): string {
  return `${createHash('sha256').update(content).digest('hex')}/${content.length}`;
}

/** Sends a file until a server says that it is stored: as clients do, through whatever happens on the way. */
async function store(url: string, content: Buffer): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const init = { method: 'POST', headers: AUTHORIZED, body: new Uint8Array(content) };
    const answer = await fetch(`${url}/api/v3/shaman/files/${nameOf(content)}`, init).catch(() => undefined);
    if (answer?.status === 204 || answer?.status === 208) return;
    if (tries === 100) throw new Error(`not stored: ${answer?.status} ${await answer?.text()}`);
    await sleep(200);
  }
}

/** Four at a time. */
async function forEachNumber(count: number, visit: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) await visit(number);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** Clients send files with the numbers up to `count`; `acknowledged` is told how many are. */
export async function storeAll(url: string, count: number, acknowledged: (total: number) => void): Promise<void> {
  let done = 0;
  await forEachNumber(count, async (number) => {
    await store(url, contentOf(number));
    acknowledged((done += 1));
  });
}

/** A checkout of the files with the numbers up to `count`. */
export async function createCheckout(url: string, checkoutPath: string, count: number): Promise<void> {
  const files = Array.from({ length: count }, (_, number) => {
    const [sha = '', size] = nameOf(contentOf(number)).split('/');
    return { sha, size: Number(size), path: `${number}.exr` };
  });
  const headers = { ...AUTHORIZED, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ files, checkoutPath }) };
  const answer = await fetch(`${url}/api/v3/shaman/checkout/create`, init);
  if (!answer.ok) throw new Error(`no checkout: ${answer.status} ${await answer.text()}`);
}

/** Numbers of the files that a server does not give back byte for byte. */
export async function lostFiles(url: string, count: number): Promise<number[]> {
  const lost: number[] = [];
  await forEachNumber(count, async (number) => {
    const content = contentOf(number);
    const answer = await fetch(`${url}/waybill/v1/files/${nameOf(content)}`, { headers: AUTHORIZED });
    if (!content.equals(Buffer.from(await answer.arrayBuffer()))) lost.push(number);
  });
  return lost;
}

/** Files of a project that are not read byte for byte through the links of a checkout. */
export function differentFiles(checkout: string, project: string, files: readonly string[]): string[] {
  const isSame = (file: string): boolean =>
    readFileSync(path.join(checkout, file)).equals(readFileSync(path.join(project, file)));
  return files.filter((file) => !isSame(file));
}
