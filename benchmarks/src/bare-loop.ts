// The floor of a transfer in Node: fetch, hash, write, with nothing that makes it safe.
// node bare-loop.ts NODE_URL CHANNEL QUALITY TARGET CONCURRENCY
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, request } from 'undici';

const [node = '', channel = '', quality = '', target = '', concurrency = '5'] = process.argv.slice(2);
const dispatcher = new Agent({ connections: Number(concurrency) });

async function list(url: string): Promise<string[]> {
  const { body } = await request(url, { dispatcher });
  return (await body.json()) as string[];
}

async function fetchOne(hour: string, name: string): Promise<void> {
  const url = `${node}/segments/${channel}/${quality}/${hour}/${encodeURIComponent(name)}`;
  const { body } = await request(url, { dispatcher });
  const bytes = new Uint8Array(await body.arrayBuffer());
  if (!name.includes(hash('sha256', bytes, 'base64url'))) throw new Error(`wrong content: ${name}`);
  await writeFile(path.join(target, hour, name), bytes);
}

for (const hour of await list(`${node}/files/${channel}/${quality}`)) {
  mkdirSync(path.join(target, hour), { recursive: true });
  const names = await list(`${node}/files/${channel}/${quality}/${hour}?tombstones=true`);
  const slots = Array.from({ length: Number(concurrency) }, async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) await fetchOne(hour, name);
  });
  await Promise.all(slots);
}
await dispatcher.close();
