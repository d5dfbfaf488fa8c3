import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { formatBytes, formatTable } from '@waybill/cli-kit';
import { type ClientFile, createShamanClient, type SendReport } from '@waybill/shaman-client';
import { cutStream } from '@waybill/stream-fixture';
import { serveStore } from './program.ts';
import type { Chapter } from './summary.ts';
import { indented, say, step } from './telling.ts';

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

/** The files of a folder as a client sends them: hashed when they are needed, read as often as it takes. */
function projectFiles(root: string): ClientFile[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.map((name) => path.join(root, name)).filter((file) => statSync(file).isFile());
  return files.map((file) => ({
    path: path.relative(root, file).replaceAll(path.sep, '/').replaceAll(':', '_'),
    sizeBytes: statSync(file).size,
    sha: () => sha256Of(file),
    open: ({ start }) => createReadStream(file, { start }),
  }));
}

/** One row for people: what travelled, and what did not have to. */
function reportRow(
  submission: string,
  { requests, bodies, sentBytes, skippedFiles, skippedBytes, checkoutPath }: SendReport,
) {
  return {
    submission,
    requests,
    'files sent': bodies,
    'bytes sent': formatBytes(sentBytes),
    'files skipped': skippedFiles,
    'bytes skipped': formatBytes(skippedBytes),
    checkout: checkoutPath ?? '',
  };
}

/** Reads what a render node would, through the link, and compares it with the original. */
async function readBack(checkout: string, original: ClientFile): Promise<boolean> {
  const link = path.join(checkout, original.path);
  say(`   ${original.path}\n     is a link to ${readlinkSync(link)}`);
  const found = createHash('sha256').update(readFileSync(link)).digest('hex');
  const wanted = typeof original.sha === 'string' ? original.sha : await original.sha({});
  say(
    `     and reads as SHA-256 ${found.slice(0, 16)}…: ${found === wanted ? 'the file that was sent' : 'SOMETHING ELSE'}`,
  );
  return found === wanted;
}

export interface FarmChapter extends Chapter {
  readonly page: string;
}

/** A store of render-job files: a project is sent twice, of which the second time nothing travels. */
export async function showFarm(folder: string, services: AsyncDisposableStack): Promise<FarmChapter> {
  const [project, storage] = [path.join(folder, 'project'), path.join(folder, 'storage')];
  mkdirSync(storage, { recursive: true });
  cutStream(project);
  const store = await serveStore(storage);
  services.defer(() => store.stop());
  say('\n=== shaman-server: a store of render-job files, and a project that is submitted twice');
  say(`\n   store  ${store.url}  empty`);
  await using client = await createShamanClient({ url: store.url });
  const files = projectFiles(project);
  step(1, 'The project is sent, and checked out under the name of a job; then it is submitted again, unchanged.');
  const first = await client.sendFiles(files, { checkout: 'job-1' });
  const second = await client.sendFiles(files, { checkout: 'job-2' });
  say(indented(formatTable([reportRow('first', first), reportRow('second', second)])));
  step(2, 'A render node reads one file of the second checkout.');
  const example = files.find(({ path: name }) => name.endsWith('.ts'));
  const isRight =
    example !== undefined && (await readBack(path.join(storage, 'jobs', second.checkoutPath ?? ''), example));
  const isStored = isRight && first.skippedFiles < files.length && second.sentBytes === 0;
  say(
    isStored ? '\nThe second time nothing was sent, and both checkouts are whole.' : '\nThe store did not do its job.',
  );
  const did = `${first.bodies} files stored once, checked out twice; sent again: ${formatBytes(second.sentBytes)}`;
  return { program: 'shaman-server', isDone: isStored, did, page: `${store.url}/ui/` };
}
