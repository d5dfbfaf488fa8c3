import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutStream, readStreamIndex } from '../src/index.ts';

describe('cutStream', () => {
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(path.join(tmpdir(), 'waybill-stream-'));
  });
  afterEach(() => {
    rmSync(base, { recursive: true });
  });

  it('lays out every segment and chat batch with the content that its name says', () => {
    const hashed = cutStream(base).filter((file) => /\.(ts|json)$/.test(file));
    for (const file of hashed) {
      const hash = createHash('sha256')
        .update(readFileSync(path.join(base, file)))
        .digest('base64url');
      expect(path.parse(file).name.endsWith(hash)).toBe(true);
    }
    const { qualities, chat } = readStreamIndex();
    const segments = Object.values(qualities).reduce((sum, { segments: all }) => sum + all.length, 0);
    expect(hashed).toHaveLength(segments + chat.length);
  });

  it('gives at least three minutes in two qualities, over an hour border', () => {
    cutStream(base);
    for (const quality of ['source', '480p']) {
      const segments = readStreamIndex().qualities[quality]?.segments ?? [];
      expect(segments.reduce((sum, { durationSeconds }) => sum + Number(durationSeconds), 0)).toBeGreaterThanOrEqual(
        180,
      );
      expect(readdirSync(path.join(base, 'example', quality))).toHaveLength(2);
    }
  });

  it('leaves out what is not to be kept', () => {
    const kept = cutStream(base, { qualities: ['480p'], keep: (file) => file.includes('/480p/') });
    expect(kept.every((file) => file.startsWith('example/480p/'))).toBe(true);
    expect(readdirSync(base)).toEqual(['example']);
  });
});
