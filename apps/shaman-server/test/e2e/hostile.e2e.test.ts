import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  COLLIDING_PATHS,
  HOSTILE_CHECKOUT_IDS,
  HOSTILE_CHECKOUT_PATHS,
  HOSTILE_FILE_PATHS,
  HOSTILE_SHAS,
  HOSTILE_SIZES,
} from '@waybill/shaman-protocol/suite';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { startServer } from '../../src/server/start-server.ts';
import { serverConfig, testContext, testFile } from '../support/test-server.ts';
import { RawClient } from './support/raw-client.ts';

const scene = testFile('scene.blend', 'BLENDER');

/** What only a URL can hold. */
const encodings = ['%2e%2e', '%2e%2e/x', '..%2fx', '..%5cx', '%00', '%252e%252e/x', '..%c0%af', '%zz', '%'];
/** A body may be this much longer than any path. */
const tooLong = ['x'.repeat(4097), 'a'.repeat(70_000)];
const ours = ['.waybill', '.waybill/x', '.waybill/records/x'];

const filePaths = [...HOSTILE_FILE_PATHS, ...tooLong];
const checkoutPaths = [...filePaths, ...HOSTILE_CHECKOUT_PATHS, ...ours];
/** As part of a URL, an empty id is another route. */
const ids = [...HOSTILE_CHECKOUT_IDS, ...HOSTILE_FILE_PATHS.filter((path) => !/^\w*$/.test(path)), ...tooLong];

it('refuses each hostile path, id, digest and size of the protocol’s suite, in every place where a request can have one, each with a clear 4xx, and writes nothing outside of its folders', async () => {
  await using directory = await temporaryDirectory();
  const guard = join(directory.path, 'a/b/c');
  mkdirSync(guard, { recursive: true });
  writeFileSync(join(guard, '../secret'), 'secret');
  const storage = join(guard, 'storage');
  await using server = await startServer(serverConfig(storage), testContext());
  await fetch(`${server.url}/files/${scene.name}`, { method: 'POST', body: scene.content });
  const before = tree(directory.path);
  const refused: [what: string, status: number][] = [];
  const post = async (what: string, path: string, type: string, body: string | Uint8Array): Promise<void> => {
    const bytes = Buffer.from(body);
    refused.push([what, await rawStatus(server.url, 'POST', path, bytes, type)]);
  };
  const file = (path: string) => ({ sha: scene.sha, size: scene.sizeBytes, path });
  const line = (path: string) => `${scene.sha} ${scene.sizeBytes} ${path}\n`;
  const v3 = (body: unknown, path = 'create') =>
    post(
      `v3 ${JSON.stringify(body).slice(0, 100)}`,
      `/api/v3/shaman/checkout/${path}`,
      'application/json',
      JSON.stringify(body),
    );
  for (const path of filePaths) {
    await v3({ files: [file(path)], checkoutPath: 'good' });
    await v3({ files: [file(path)] }, 'requirements');
    // A line cannot hold its own end, blanks around it are not part of it (spec section 1.1), and what UTF-8 does not know is
    // replaced before it is sent.
    if (!/[\n\r]/.test(path) && path.trim() === path && path.isWellFormed())
      await post(`v2 ${JSON.stringify(path).slice(0, 100)}`, '/checkout/create/good', 'text/plain', line(path));
  }
  for (const checkoutPath of checkoutPaths) await v3({ files: [file('scene.blend')], checkoutPath });
  for (const [one = '', other = ''] of COLLIDING_PATHS) {
    await v3({ files: [file(one), file(other)], checkoutPath: 'good' });
    await post(`v2 ${one} ${other}`, '/checkout/create/good', 'text/plain', line(one) + line(other));
  }
  for (const id of [...ids.map(escaped), ...encodings, '..', '../..'])
    await post(`id ${id.slice(0, 100)}`, `/checkout/create/${id}`, 'text/plain', line('scene.blend'));
  for (const path of [
    ...HOSTILE_CHECKOUT_PATHS.map(escaped),
    ...encodings,
    '../../../secret',
    '.waybill',
    '.waybill/records',
  ])
    for (const method of ['GET', 'DELETE']) {
      const url = `/waybill/v1/checkouts/${path}`;
      // The list itself is no hostile request.
      if (method === 'GET' && /checkouts\/?$/.test(url)) continue;
      refused.push([`${method} ${url}`, await rawStatus(server.url, method, url)]);
    }
  for (const sha of HOSTILE_SHAS.map(escaped))
    for (const base of ['', '/api/v3/shaman', '/waybill/v1'])
      refused.push([`GET ${base} ${sha}`, await rawStatus(server.url, 'GET', `${base}/files/${sha}/7`)]);
  for (const size of HOSTILE_SIZES.map(escaped))
    await post(`size ${size}`, `/files/${scene.sha}/${size}`, 'application/octet-stream', scene.content);
  expect(refused.filter(([, status]) => status < 400 || status > 499)).toEqual([]);
  console.log(`hostile requests: ${refused.length}, all refused`);
  expect(refused.length).toBeGreaterThanOrEqual(1000);
  expect(tree(directory.path)).toEqual(before);
}, 120_000);

/** Half a surrogate pair, as which UTF-8 knows none, goes in the bytes that a careless encoder would make of it. */
function escaped(text: string): string {
  const parts = text.match(/\p{Surrogate}|\P{Surrogate}+/gu) ?? [];
  return parts.map((part) => (part.isWellFormed() ? encodeURIComponent(part) : carelessly(part))).join('');
}

function carelessly(half: string): string {
  const unit = half.charCodeAt(0);
  const bytes = [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
  return bytes.map((byte) => `%${byte.toString(16)}`).join('');
}

/** Byte for byte: a proper client would mend `..` by itself. */
async function rawStatus(
  url: string,
  method: string,
  path: string,
  body: Uint8Array = new Uint8Array(),
  type = 'text/plain',
): Promise<number> {
  await using client = await RawClient.connect(url);
  await client.head(method, path, { 'content-type': type, 'content-length': body.length, connection: 'close' });
  await client.write(body).catch(() => undefined);
  return (await client.answer()).status;
}

/** All that there is, with its size; what our own bookkeeping does is no concern. */
function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.includes('.waybill/'))
    .map((path) => `${path} ${statSync(join(root, path)).isDirectory() ? '' : statSync(join(root, path)).size}`)
    .sort();
}
