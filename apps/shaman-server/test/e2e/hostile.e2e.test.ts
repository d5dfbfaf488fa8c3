import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { startServer } from '../../src/server/start-server.ts';
import { serverConfig, testContext, testFile } from '../support/test-server.ts';
import { RawClient } from './support/raw-client.ts';

const scene = testFile('scene.blend', 'BLENDER');

const escapes = [
  '..',
  '../x',
  '../../x',
  'a/../../x',
  './../x',
  '/etc/x',
  '//x',
  'a//x',
  './x',
  'a/./x',
  '.',
  '',
  '/',
  '\\x',
  '..\\x',
  'a\\..\\..\\x',
  'C:\\x',
  'C:/x',
  '~/x/..',
  'a/..',
];
const controls = ['a\u0000b', 'a\nb', 'a\rb', 'a\tb', 'a\u007fb', 'a\u0085b', '\u0001', 'x/\u001b[31m'];
const endings = ['a.', 'a ', ' ', '. ', '.. ', 'a/b.', 'a /b', 'a./b', '...'];
const reserved = ['CON', 'con', 'nul.txt', 'a/PRN', 'AUX/x', 'COM1', 'com9.tar.gz', 'lpt1'];
const long = [
  'a'.repeat(256),
  'ä'.repeat(128),
  'a/'.repeat(65) + 'x',
  `${'a'.repeat(250)}/`.repeat(17) + 'x',
  'x'.repeat(4097),
  'a'.repeat(70_000),
];
const ours = ['.waybill', '.waybill/x', '.waybill/records/x'];
const encodings = ['%2e%2e', '%2e%2e/x', '..%2fx', '..%5cx', '%00', '%252e%252e/x', '..%c0%af', '%zz', '%'];

/** Pairs of which one is the other on some file system. */
const collisions = [
  ['A/x', 'a/X'],
  ['ä', 'a\u0308'],
  ['STRASSE', 'strasse'],
  ['a/b', 'A/B'],
  ['x', 'x/y'],
];

const bodyPaths = [...escapes, ...controls, ...endings, ...reserved, ...long];
const checkoutPaths = [...bodyPaths, ...ours, 'a?b', 'a*b', 'a:b', 'a;b', 'a{b', 'a}b'];
const ids = [...bodyPaths, 'a-b', 'a.b', 'ä', 'a b', 'a/b'];
const shas = [
  '..',
  '../..',
  'a',
  'A'.repeat(64),
  `${'a'.repeat(63)}g`,
  'a'.repeat(63),
  'a'.repeat(65),
  `..${'a'.repeat(62)}`,
  `${'a'.repeat(32)}/${'a'.repeat(31)}`,
  '\u0000',
  '%00',
];
const sizes = ['-1', '1.5', '1e3', '0x10', '01', '9007199254740992', '99999999999999999999', '..', 'a', '+1', '१'];

it('refuses three hundred hostile paths and ids, each with a clear 4xx, and writes nothing outside of its folders', async () => {
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
  for (const path of bodyPaths) {
    await v3({ files: [file(path)], checkoutPath: 'good' });
    await v3({ files: [file(path)] }, 'requirements');
    // A line cannot hold its own end, and blanks around it are not part of it (spec section 1.1).
    if (!/[\n\r]/.test(path) && path.trim() === path)
      await post(`v2 ${JSON.stringify(path).slice(0, 100)}`, '/checkout/create/good', 'text/plain', line(path));
  }
  for (const checkoutPath of checkoutPaths) await v3({ files: [file('scene.blend')], checkoutPath });
  for (const [one = '', other = ''] of collisions) {
    await v3({ files: [file(one), file(other)], checkoutPath: 'good' });
    await post(`v2 ${one} ${other}`, '/checkout/create/good', 'text/plain', line(one) + line(other));
  }
  for (const id of [...ids.map(escaped), ...encodings, '..', '../..'])
    await post(`id ${id.slice(0, 100)}`, `/checkout/create/${id}`, 'text/plain', line('scene.blend'));
  for (const path of [...escapes.map(escaped), ...encodings, '../../../secret', '.waybill', '.waybill/records'])
    for (const method of ['GET', 'DELETE']) {
      const url = `/waybill/v1/checkouts/${path}`;
      // The list itself is no hostile request.
      if (method === 'GET' && /checkouts\/?$/.test(url)) continue;
      refused.push([`${method} ${url}`, await rawStatus(server.url, method, url)]);
    }
  for (const sha of shas.map(escaped))
    for (const base of ['', '/api/v3/shaman', '/waybill/v1'])
      refused.push([`GET ${base} ${sha}`, await rawStatus(server.url, 'GET', `${base}/files/${sha}/7`)]);
  for (const size of sizes.map(escaped))
    await post(`size ${size}`, `/files/${scene.sha}/${size}`, 'application/octet-stream', scene.content);
  expect(refused.filter(([, status]) => status < 400 || status > 499)).toEqual([]);
  expect(refused.length).toBeGreaterThanOrEqual(300);
  expect(tree(directory.path)).toEqual(before);
}, 120_000);

function escaped(text: string): string {
  return encodeURIComponent(text);
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
