// The floor of durable storing: the same directories, writes, renames and fsyncs, and no HTTP.
// node shaman-floor.ts ROOT COUNT SIZE CONCURRENCY SERIES  → prints the seconds.
import { mkdirSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { benchFile } from './shaman-files.ts';

const [root = '', count = '0', size = '0', concurrency = '1', series = 'floor'] = process.argv.slice(2);
const files = Array.from({ length: Number(count) }, (_, index) => benchFile(index, Number(size), series));

async function sync(directory: string): Promise<void> {
  const handle = await open(directory);
  await handle.sync();
  await handle.close();
}

async function makeDirectory(directory: string): Promise<void> {
  const created = await mkdir(directory).then(
    () => true,
    () => false,
  );
  if (created) await sync(path.dirname(directory));
}

async function store(sha: string, bytes: Uint8Array): Promise<void> {
  const prefix = path.join(root, 'stored', sha.slice(0, 2));
  const directory = path.join(prefix, sha.slice(2));
  await makeDirectory(prefix);
  await makeDirectory(directory);
  const temp = path.join(root, 'uploading', sha);
  const handle = await open(temp, 'wx');
  await handle.write(bytes);
  await handle.sync();
  await handle.close();
  await rename(temp, path.join(directory, `${bytes.length}.blob`));
  await sync(directory);
}

mkdirSync(path.join(root, 'uploading'), { recursive: true });
mkdirSync(path.join(root, 'stored'), { recursive: true });
const started = process.hrtime.bigint();
const slots = Array.from({ length: Number(concurrency) }, async () => {
  for (let file = files.pop(); file !== undefined; file = files.pop()) await store(file.sha, file.bytes);
});
await Promise.all(slots);
console.log(String(Number(process.hrtime.bigint() - started) / 1e9));
