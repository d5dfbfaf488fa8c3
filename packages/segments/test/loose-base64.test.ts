import { describe, expect, it } from 'vitest';
import { decodeLooseBase64 } from '../src/loose-base64.ts';
import recorded from './fixtures/python-base64.json' with { type: 'json' };

const rows = recorded.rows as [string, string | null][];

describe('decodeLooseBase64', () => {
  it('has answers of both kinds to go by', () => {
    expect(rows.filter(([, hex]) => hex === null).length).toBeGreaterThan(30);
    expect(rows.filter(([, hex]) => hex !== null).length).toBeGreaterThan(60);
  });

  it.each(rows)('decodes %j as Python was recorded to do', (text, hex) => {
    const bytes = decodeLooseBase64(text);
    expect(bytes === undefined ? null : Buffer.from(bytes).toString('hex')).toBe(hex);
  });

  it('refuses a lone surrogate, which has no bytes', () => {
    expect(decodeLooseBase64('AAA\ud800')).toBeUndefined();
  });
});
