import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { createTestServer, testFile } from '../support/test-server.ts';
import { RawClient } from './support/raw-client.ts';

const small = testFile('small', 'small file');
const large = testFile('large', Buffer.alloc(1_000_000, 'large'));

describe('Expect: 100-continue', () => {
  const head = (file: typeof small) => ({ 'content-length': file.sizeBytes, expect: '100-continue' });

  it('asks for a body that is needed', async () => {
    await using server = await createTestServer();
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${large.name}`, head(large));
    expect((await client.answer()).status).toBe(100);
    await client.write(large.content);
    expect((await client.answer()).status).toBe(204);
  });

  it.each([
    ['a file that is there', 208, `/files/${small.name}`, head(small)],
    ['a length that is not the declared one', 417, `/files/${large.name}`, head(small)],
    [
      'a file above the limit',
      413,
      `/files/${large.sha}/2000001`,
      { 'content-length': 2_000_001, expect: '100-continue' },
    ],
    ['a path that is none', 400, '/files/xyz/3', { 'content-length': 3, expect: '100-continue' }],
    ['a place where there is nothing', 404, '/nowhere', { 'content-length': 3, expect: '100-continue' }],
  ])('answers before the body to %s', async (_what, status, path, headers) => {
    await using server = await createTestServer({ limits: { maxFileBytes: 2_000_000 } });
    await server.inject({ method: 'POST', url: `/files/${small.name}`, payload: small.content });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', path, headers);
    const answer = await client.answer();
    expect([answer.status, answer.headers['connection']]).toEqual([status, 'close']);
    await client.end();
  });

  it('answers before the body to who has no token', async () => {
    await using server = await createTestServer({ auth: { tokens: ['secret'] } });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${small.name}`, head(small));
    expect((await client.answer()).status).toBe(401);
  });

  it('answers before the body where there is no room', async () => {
    await using server = await createTestServer({ limits: { maxStoreBytes: 5 } });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${small.name}`, head(small));
    expect((await client.answer()).status).toBe(507);
  });

  it('answers before the body to a client that can be deferred', async () => {
    await using server = await createTestServer({ patience: { deferrableMs: 10 } });
    await server.services.uploads.begin(small.key);
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/api/v3/shaman/files/${small.name}`, {
      ...head(small),
      'x-shaman-can-defer-upload': 'True',
    });
    const answer = await client.answer();
    expect(answer.status).toBe(425);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 425 });
  });

  it('asks for a definition as well', async () => {
    await using server = await createTestServer();
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', '/checkout/requirements', {
      'content-type': 'text/plain',
      'content-length': small.sha.length + 6,
      expect: '100-continue',
    });
    expect((await client.answer()).status).toBe(100);
    await client.write(`${small.sha} 10 a\n`.padEnd(small.sha.length + 6));
    expect((await client.answer()).status).toBe(200);
  });
});

describe('an answer while the body is still being sent', () => {
  it('reaches a client that sends all of it before it listens', async () => {
    await using server = await createTestServer();
    await server.inject({ method: 'POST', url: `/files/${large.name}`, payload: large.content });
    const url = await server.listen();
    for (let round = 0; round < 20; round++) {
      await using client = await RawClient.connect(url);
      client.socket.pause();
      await client.head('POST', `/files/${large.name}`, { 'content-length': large.sizeBytes });
      for (let at = 0; at < large.sizeBytes; at += 50_000) await client.write(large.content.subarray(at, at + 50_000));
      client.socket.resume();
      expect((await client.answer()).status).toBe(208);
    }
  });

  it('drops no more than it should of a body without an end, then closes', async () => {
    await using server = await createTestServer({ earlyAnswers: { lingerBytes: 2_000_000, lingerMs: 60_000 } });
    await server.inject({ method: 'POST', url: `/files/${large.name}`, payload: large.content });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${large.name}`, { 'transfer-encoding': 'chunked' });
    const answer = await client.answer();
    expect([answer.status, answer.headers['connection']]).toEqual([208, 'close']);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
    const sent = await waitFor(
      async () => {
        for (let count = 0; count < 20 && !client.ended; count++)
          if (!client.socket.destroyed) client.socket.write(chunk);
        await sleep(5);
        return client.ended && client.socket.bytesWritten;
      },
      { what: 'the end of the connection' },
    );
    expect(sent).toBeGreaterThan(2_000_000);
  });

  it('has no reader where the client has gone, and is no failure of the server', async () => {
    const lines: string[] = [];
    await using server = await createTestServer({ logs: { write: (line) => void lines.push(line) } });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${large.name}`, { 'content-length': large.sizeBytes });
    await client.write(large.content.subarray(0, 500_000));
    await waitFor(() => server.services.uploads.list()[0]?.receivedBytes === 500_000);
    client.socket.resetAndDestroy();
    await waitFor(() => server.services.uploads.list().length === 0);
    await waitFor(() => lines.some((line) => /"status":4\d\d/.test(line)), { what: 'the line of the request' });
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('waits only so long for a body that does not come', async () => {
    await using server = await createTestServer({ earlyAnswers: { lingerMs: 100 } });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${large.sha}/5`, { 'content-length': 100_000_000 });
    expect((await client.answer()).status).toBe(417);
    await client.end();
  });

  it('leaves the connection open where little is left to be read', async () => {
    await using server = await createTestServer();
    await server.inject({ method: 'POST', url: `/files/${small.name}`, payload: small.content });
    await using client = await RawClient.connect(await server.listen());
    for (let round = 0; round < 3; round++) {
      await client.head('POST', `/files/${small.name}`, { 'content-length': small.sizeBytes });
      await sleep(20);
      await client.write(small.content);
      const answer = await client.answer();
      expect([answer.status, answer.headers['connection']]).toEqual([208, 'keep-alive']);
    }
  });

  it('reaches a client of Node that sends a file of 20 MB', async () => {
    await using server = await createTestServer();
    const content = Buffer.alloc(20_000_000, 'x');
    const file = testFile('file', content);
    await server.services.store.put(file.key, content);
    const url = new URL(`/files/${file.name}`, await server.listen());
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        url,
        { method: 'POST', headers: { 'content-length': file.sizeBytes } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
      createReadStream(
        server.storage.paths.fileStore + `/stored/${file.sha.slice(0, 2)}/${file.sha.slice(2)}/${file.sizeBytes}.blob`,
      ).pipe(request);
    });
    expect(status).toBe(208);
  });
});

describe('a body', () => {
  it('that is longer than declared is cut off and refused', async () => {
    await using server = await createTestServer();
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${small.name}`, { 'transfer-encoding': 'chunked' });
    await client.write(`a\r\n${small.content.toString()}\r\n`);
    await client.write('1\r\nx\r\n');
    expect((await client.answer()).status).toBe(417);
    expect(await server.services.store.has(small.key)).toBe(false);
  });

  it('that breaks off leaves nothing, and the next client is let in', async () => {
    await using server = await createTestServer();
    const url = await server.listen();
    await using client = await RawClient.connect(url);
    await client.head('POST', `/files/${large.name}`, { 'content-length': large.sizeBytes });
    await client.write(large.content.subarray(0, 500_000));
    await waitFor(() => server.services.uploads.list().some(({ receivedBytes }) => receivedBytes > 0));
    client.socket.destroy();
    await waitFor(() => server.services.uploads.list().length === 0);
    expect(server.services.slots.used).toBe(0);
    const answer = await fetch(`${url}/files/${large.name}`, { method: 'POST', body: large.content });
    expect(answer.status).toBe(204);
  });

  it('that comes byte by byte is ended after the idle time, with 408', async () => {
    await using server = await createTestServer({ limits: { idleTimeout: 200 } });
    await using client = await RawClient.connect(await server.listen());
    await client.head('POST', `/files/${large.name}`, { 'content-length': large.sizeBytes });
    const dribble = setInterval(() => void client.socket.write('x'), 20);
    try {
      expect((await client.answer()).status).toBe(408);
    } finally {
      clearInterval(dribble);
    }
    await waitFor(() => server.services.uploads.list().length === 0);
  });

  it('that moves may take many times the idle time', async () => {
    await using server = await createTestServer({ limits: { idleTimeout: 250 } });
    await using client = await RawClient.connect(await server.listen());
    const file = testFile('slow', Buffer.alloc(200_000, 'slow'));
    await client.head('POST', `/files/${file.name}`, { 'content-length': file.sizeBytes });
    for (let at = 0; at < file.sizeBytes; at += 20_000) {
      await client.write(file.content.subarray(at, at + 20_000));
      await sleep(100);
    }
    expect((await client.answer()).status).toBe(204);
  });
});

describe('two hundred uploads of one file at once', () => {
  it('are read once, and each is told the truth', async () => {
    const told: number[] = [];
    await using server = await createTestServer();
    const url = await server.listen();
    const file = testFile('file', Buffer.alloc(300_000, 'content'));
    const results = await Promise.all(
      Array.from({ length: 200 }, async (_item, index) => {
        const path = index % 2 === 0 ? '/files/' : '/api/v3/shaman/files/';
        const { status } = await fetch(url + path + file.name, { method: 'POST', body: file.content });
        if (!(await server.services.store.has(file.key))) told.push(index);
        return status;
      }),
    );
    expect(told).toEqual([]);
    expect(results.filter((status) => status === 204)).toHaveLength(1);
    expect(results.filter((status) => status === 208)).toHaveLength(199);
    expect(
      createHash('sha256')
        .update(Buffer.from(await (await fetch(`${url}/files/${file.name}`)).arrayBuffer()))
        .digest('hex'),
    ).toBe(file.sha);
  });

  it('survive the first one failing', async () => {
    await using server = await createTestServer();
    const url = await server.listen();
    const file = testFile('file', Buffer.alloc(300_000, 'content'));
    await using first = await RawClient.connect(url);
    await first.head('POST', `/files/${file.name}`, { 'content-length': file.sizeBytes });
    await first.write(file.content.subarray(0, 100_000));
    await waitFor(() => server.services.uploads.list().length === 1);
    const others = Array.from({ length: 199 }, async () => {
      const { status } = await fetch(`${url}/files/${file.name}`, { method: 'POST', body: file.content });
      return status;
    });
    await waitFor(() => server.services.uploads.list()[0]?.waiting === 199);
    first.socket.destroy();
    const results = await Promise.all(others);
    expect(results.filter((status) => status === 204)).toHaveLength(1);
    expect(results.filter((status) => status === 208)).toHaveLength(198);
  });
});
