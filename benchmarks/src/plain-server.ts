// A node that speaks as the original's front does: JSON listings, plain files, keep-alive, nothing of ours.
// node plain-server.ts BASE  → prints its port.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const base = process.argv[2] ?? '.';

function answer(pathname: string): { type: string; body: Buffer | string } | undefined {
  const [kind, ...rest] = pathname.split('/').filter((part) => part !== '');
  const target = path.join(base, ...rest.map((part) => decodeURIComponent(part)));
  try {
    if (kind === 'files') return { type: 'text/html; charset=utf-8', body: JSON.stringify(readdirSync(target)) };
    if (kind === 'segments') return { type: 'video/mp2t', body: readFileSync(target) };
  } catch {
    return undefined;
  }
  return undefined;
}

const server = createServer((request, response) => {
  const found = answer(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (found === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': found.type, 'content-length': Buffer.byteLength(found.body) });
  response.end(found.body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(String((server.address() as AddressInfo).port));
});
