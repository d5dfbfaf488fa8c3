import { Readable } from 'node:stream';
import { WaybillError } from '@waybill/common';
import { describe, expect, test } from 'vitest';
import { ResponseTruncatedError } from '../src/index.ts';
import { testClient } from './support/test-client.ts';
import { testServer } from './support/test-server.ts';

const name = 'test';

class RangeStrangeError extends WaybillError {
  constructor() {
    super('the end must be after the start', { code: 'ERR_RANGE_STRANGE', retryable: false });
  }
}

async function answerTo(error: unknown, errorStatus = {}) {
  await using server = testServer({ errorStatus });
  await using client = testClient();
  server.app.get('/fails', () => {
    throw error;
  });
  const { url } = await server.listen();
  const { status, headers, bytes } = await client.requestBytes(`${url}/fails`, { name });
  return { status, headers, problem: JSON.parse(Buffer.from(bytes).toString()) as unknown, lines: server.lines };
}

describe('an error that leaves a route', () => {
  test('becomes the status of the table, with its message and code', async () => {
    const { status, headers, problem, lines } = await answerTo(new RangeStrangeError(), { ERR_RANGE_STRANGE: 400 });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'the end must be after the start',
      code: 'ERR_RANGE_STRANGE',
      requestId: headers['x-request-id'],
    });
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test.each([
    ['a listed code is missing', new RangeStrangeError()],
    ['it is none of ours', Object.assign(new Error('password is 1234'), { code: 'ENOENT' })],
    ['it claims to be a server error', Object.assign(new Error('password is 1234'), { statusCode: 503 })],
    ['it is named like something of every object', new WaybillError('x', { code: 'constructor', retryable: false })],
  ])('becomes 500 without a word about why, and is logged with the request id, where %s', async (_title, error) => {
    const { status, headers, problem, lines } = await answerTo(error);
    expect(status).toBe(500);
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      requestId: headers['x-request-id'],
    });
    const logged = lines.find(({ level }) => level === 'error');
    expect(logged).toMatchObject({ requestId: headers['x-request-id'], err: { message: error.message } });
  });

  test('is logged too where the table makes it a 5xx', async () => {
    const { status, lines } = await answerTo(new RangeStrangeError(), { ERR_RANGE_STRANGE: 503 });
    expect(status).toBe(503);
    expect(lines.some(({ level }) => level === 'error')).toBe(true);
  });
});

test('a path without a route is answered with 404 as a problem', async () => {
  await using server = testServer();
  await using client = testClient();
  const { url } = await server.listen();
  const { status, bytes } = await client.requestBytes(`${url}/nothing/here`, { name });
  expect(status).toBe(404);
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
  });
});

test('a body that is no JSON is answered with 400 and says why', async () => {
  await using server = testServer();
  await using client = testClient();
  server.app.post('/batch', () => 'ok');
  const { url } = await server.listen();
  const headers = { 'content-type': 'application/json' };
  const { status, bytes } = await client.requestBytes(`${url}/batch`, { name, method: 'POST', body: '{', headers });
  expect(status).toBe(400);
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
    code: expect.stringMatching(/^FST_ERR_/) as string,
  });
});

test('an error after the head broke off the response, so that the client sees that it is not whole', async () => {
  await using server = testServer();
  await using client = testClient();
  server.app.get('/breaks', (_request, reply) => {
    async function* body() {
      yield Buffer.from('abc');
      await Promise.resolve();
      throw new Error('disk gone');
    }
    return reply.send(Readable.from(body()));
  });
  const { url } = await server.listen();
  await expect(client.requestBytes(`${url}/breaks`, { name })).rejects.toThrow(ResponseTruncatedError);
});
