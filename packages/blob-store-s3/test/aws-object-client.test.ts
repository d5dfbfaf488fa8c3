import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createAwsObjectClient } from '../src/aws-object-client.ts';
import { parseStoreLocation } from '../src/store-location.ts';

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

/** A client of a service that answers as it is told to. */
async function openScene(answer: RequestListener, init: { idleTimeoutMs?: number } = {}) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const location = parseStoreLocation(`s3://bucket?endpoint=${endpoint}`);
  const client = createAwsObjectClient({ location, credentials, maxAttempts: 1, ...init });
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a service that takes a request and says nothing is not waited for for ever', async () => {
  await using scene = await openScene(() => undefined, { idleTimeoutMs: 100 });
  await expect(scene.client.head('blob')).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a copy names its source so that the service finds it, whatever its name is made of', async () => {
  const sources: unknown[] = [];
  await using scene = await openScene((request, response) => {
    sources.push(request.headers['x-amz-copy-source']);
    response.setHeader('content-type', 'application/xml');
    response.end('<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>');
  });
  const name = 'my farm/größe+50%/blobs/ab';
  await scene.client.copy({ name, sizeBytes: 1, modifiedAtMs: 0 }, 'aside');
  expect(sources).toEqual(['bucket/my%20farm/gr%C3%B6%C3%9Fe%2B50%25/blobs/ab']);
});
