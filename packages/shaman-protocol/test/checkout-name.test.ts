import { describe, expect, test } from 'vitest';
import { CheckoutNameInvalidError, parseCheckoutIdV2, parseCheckoutPath } from '../src/index.ts';
import { HOSTILE_CHECKOUT_IDS, HOSTILE_CHECKOUT_PATHS, HOSTILE_FILE_PATHS } from '../src/suite/index.ts';

const rows = (texts: readonly string[]): [string, string][] =>
  texts.map((text) => [JSON.stringify(text.slice(0, 60)), text]);

describe('v2 ids', () => {
  test.each(['a', '5f1d0a2b', 'job_01', 'A'.repeat(255)])('accept %s', (id) => {
    expect(parseCheckoutIdV2(id)).toBe(id);
  });

  test.each(rows([...HOSTILE_CHECKOUT_IDS, '']))('refuse %s', (_title, id) => {
    expect(() => parseCheckoutIdV2(id)).toThrow(CheckoutNameInvalidError);
  });
});

describe('v3 checkout paths', () => {
  // The add-on sends the name of the job.
  test.each(['My Job', 'project/2024/shot 010', 'a..b', 'Größe №5 (final)', '日本語', "it's [done] #1"])(
    'accept %s',
    (path) => {
      expect(parseCheckoutPath(path)).toBe(path);
    },
  );

  test.each(rows([...HOSTILE_CHECKOUT_PATHS, ...HOSTILE_FILE_PATHS]))('refuse %s', (_title, path) => {
    expect(() => parseCheckoutPath(path)).toThrow(CheckoutNameInvalidError);
  });
});
