import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { hasS3Server, runProgram, type S3Server, startS3Server } from '@waybill/test-kit';
import type { PlaceNames } from '../../../src/plan/place-bytes.ts';

/** A way for packs to travel: what they are made as, and what makes folders of them again, which is not ours. */
export interface CarrierKind {
  readonly name: string;
  /** Said when it is absent. */
  readonly needed: string;
  readonly names: PlaceNames;
  /** Resolves to `undefined` where what it needs is not installed. */
  open(folder: string): Promise<Carrier | undefined>;
}

export interface Carrier extends AsyncDisposable {
  /** On the command line. */
  target(scene: string): string;
  readonly env: NodeJS.ProcessEnv;
  /** Resolves to the pack as a folder. */
  unpack(scene: string): Promise<string>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The pack is a folder already. */
const folder: CarrierKind = {
  name: 'a folder',
  needed: 'nothing',
  names: 'bytes',
  open: (home) => {
    const target = (scene: string): string => join(home, scene);
    const unpack = (scene: string): Promise<string> => Promise.resolve(target(scene));
    return Promise.resolve({ target, env: {}, unpack, [Symbol.asyncDispose]: nothing });
  },
};

/** Python unpacks it, and compares checksums on the way. */
const zip: CarrierKind = {
  name: 'a ZIP',
  needed: 'python3',
  names: 'utf8',
  async open(home) {
    if ((await runProgram('python3', ['--version']))?.code !== 0) return undefined;
    const target = (scene: string): string => join(home, `${scene}.zip`);
    const unpack = async (scene: string): Promise<string> => {
      const unpacked = join(home, `${scene} unpacked`);
      const ran = await runProgram('python3', ['-m', 'zipfile', '-e', target(scene), unpacked]);
      if (ran?.code !== 0) throw new Error(`Python cannot unpack ${target(scene)}: ${ran?.stderr}`);
      return unpacked;
    };
    return { target, env: {}, unpack, [Symbol.asyncDispose]: nothing };
  },
};

/** Amazon's client fetches the objects from the server. */
const s3: CarrierKind = {
  name: 'a bucket',
  needed: 'versitygw',
  names: 'utf8',
  async open(home) {
    if (!hasS3Server()) return undefined;
    const server = await startS3Server();
    const { accessKeyId, secretAccessKey } = server.credentials;
    return {
      target: (scene) => `${server.endpoint.replace('http:', 's3+http:')}/${server.bucket}/${scene}`,
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      unpack: (scene) => download(server, `${scene}/`, join(home, scene)),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

async function download(server: S3Server, prefix: string, target: string): Promise<string> {
  const { endpoint, credentials, bucket: Bucket } = server;
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: prefix })) {
      for (const { Key = '' } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        const path = join(target, Key.slice(prefix.length));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, await Body!.transformToByteArray());
      }
    }
  } finally {
    client.destroy();
  }
  return target;
}

export const carriers = { folder, zip, s3 } as const;
