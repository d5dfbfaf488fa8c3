import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { startS3Server, temporaryDirectory } from '@waybill/test-kit';
import type { S3Server } from '@waybill/test-kit';
import pg from 'pg';
import { startServerProcess } from '../crash/support/server-process.ts';
import type { ServerProcess } from '../crash/support/server-process.ts';
import { HttpCaller } from '../support/http-caller.ts';
import { startPostgres } from '@waybill/test-kit';
import type { PostgresServer } from '@waybill/test-kit';
import { definitionV3, testFile } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';

/** One S3-compatible store, one database and one folder of checkouts, for any number of servers. */
export interface Farm extends AsyncDisposable {
  /** Its `jobs` is the folder of the checkouts. */
  readonly folder: string;
  readonly database: PostgresServer;
  /** Where the store keeps its objects. */
  readonly objects: string;
  /** One statement, of the test itself. */
  sql(statement: string): Promise<void>;
  /** A server with a storage of its own; disposed with the farm. */
  start(name: string, args?: readonly string[]): Promise<Replica>;
}

export interface Replica extends HttpCaller {
  readonly process: ServerProcess;
}

class RunningReplica extends HttpCaller implements Replica {
  readonly process: ServerProcess;

  constructor(process: ServerProcess) {
    super(process.url);
    this.process = process;
  }
}

/** A reason where PostgreSQL does not run here. */
export async function startFarm(): Promise<Farm | { readonly unavailable: string }> {
  await using stack = new AsyncDisposableStack();
  const database = await startPostgres();
  if ('unavailable' in database) return database;
  stack.use(database);
  const s3 = stack.use(await startS3Server());
  const folder = stack.use(await temporaryDirectory()).path;
  const env = credentialsOf(s3);
  // Collections are asked for, of whatever age.
  const upkeep = ['--no-gc', '--gc-max-age', '0s', '--no-scrub'];
  const shared = [...['--blob-store', storeUrl(s3), '--database', database.url], ...upkeep];
  const kept = stack.move();
  return {
    ...{ folder, database, objects: join(s3.folder, 'farm') },
    async sql(statement) {
      const client = new pg.Client({ connectionString: database.url });
      // The server may stop while this is on its way out.
      client.on('error', () => undefined);
      await client.connect();
      await client.query(statement);
      await client.end();
    },
    async start(name, args = ['--shared-checkouts', '--checkouts', join(folder, 'jobs')]) {
      const replica = new RunningReplica(await startServerProcess(join(folder, name), [...shared, ...args], { env }));
      kept.use(replica.process);
      kept.use(replica);
      return replica;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What `--blob-store` takes. */
export function storeUrl({ bucket, endpoint }: S3Server): string {
  return `s3://${bucket}/farm?endpoint=${endpoint}`;
}

/** For the environment of a server. */
export function credentialsOf({ credentials: { accessKeyId, secretAccessKey } }: S3Server): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

export const V3 = '/api/v3/shaman';

/** Files of some 20 kB in three folders. */
export function filesOf(seed: string, count: number): TestFile[] {
  return Array.from({ length: count }, (_file, index) =>
    testFile(`folder${index % 3}/file${index}`, Buffer.alloc(20_000 + index, `${seed} ${index} `)),
  );
}

export function requirements(replica: HttpCaller, files: readonly TestFile[]) {
  const body = { files: definitionV3(files) };
  return replica.json<{ files: { path: string; status: string }[] }>(`${V3}/checkout/requirements`, body);
}

export function checkOut(replica: HttpCaller, files: readonly TestFile[], checkoutPath: string) {
  const body = { files: definitionV3(files), checkoutPath };
  return replica.json<{ checkoutPath: string }>(`${V3}/checkout/create`, body);
}

/** The status of an upload. */
export async function upload(replica: HttpCaller, file: TestFile, headers: Record<string, string> = {}) {
  const { status } = await replica.call(`${V3}/files/${file.name}`, {
    ...{ method: 'POST', body: file.content, headers },
  });
  return status;
}

/** Files that a server does not give back as they were sent. */
export async function wrongFiles(replica: HttpCaller, files: readonly TestFile[]): Promise<string[]> {
  const wrong: string[] = [];
  const queue = [...files];
  const next = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { status, body } = await replica.call(`/files/${file.name}`);
      const sha = createHash('sha256').update(body).digest('hex');
      if (status !== 200 || sha !== file.sha) wrong.push(`${file.name}: ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, next));
  return wrong;
}
