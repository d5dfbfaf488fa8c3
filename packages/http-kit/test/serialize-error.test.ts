import { WaybillError } from '@waybill/common';
import { errnoError } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { serializeError } from '../src/serialize-error.ts';

class NodeAwayError extends WaybillError {}

describe('an error in a log line', () => {
  test.each([
    ['one of ours', new NodeAwayError('the node is away', { code: 'ERR_NODE_AWAY', retryable: true })],
    ['one of the system', errnoError('ENOSPC', 'write')],
  ])('has no stack where it is %s', (_kind, error) => {
    const serialized = serializeError(error);
    expect(serialized).not.toHaveProperty('stack');
    expect(serialized).toMatchObject({ code: (error as { code?: string }).code, message: error.message });
  });

  test('says what caused it, once', () => {
    const cause = errnoError('ECONNREFUSED', 'connect');
    const error = new NodeAwayError('the node is away', { code: 'ERR_NODE_AWAY', retryable: true, cause });
    expect(serializeError(error).message).toBe(`the node is away: ${cause.message}`);
    const told = new NodeAwayError(`away (${cause.message})`, { code: 'ERR_NODE_AWAY', retryable: true, cause });
    expect(serializeError(told).message).toBe(told.message);
  });

  test.each([
    ['a mistake in a program', new TypeError('x is not a function')],
    ['a mistake that Node names', Object.assign(new TypeError('not a string'), { code: 'ERR_INVALID_ARG_TYPE' })],
    ['without a code', new Error('broken')],
  ])('keeps its stack where it is %s', (_kind, error) => {
    expect((serializeError(error) as { stack?: string }).stack).toContain('serialize-error.test');
  });
});
