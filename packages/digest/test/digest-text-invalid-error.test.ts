import { describe, expect, it } from 'vitest';
import { DigestTextInvalidError } from '../src/index.ts';

describe('DigestTextInvalidError', () => {
  it('carries form, text and a stable code, and is not to be tried again', () => {
    const error = new DigestTextInvalidError('hex', 'zz');
    expect(error).toMatchObject({
      name: 'DigestTextInvalidError',
      code: 'ERR_DIGEST_TEXT_INVALID',
      form: 'hex',
      text: 'zz',
      retryable: false,
    });
  });

  it('shows a short, escaped part of a hostile text', () => {
    const { message } = new DigestTextInvalidError('hex', `\u001b[31m\n${'x'.repeat(10_000)}`);
    expect(message.length).toBeLessThan(200);
    expect(message).not.toContain('\u001b');
  });
});
