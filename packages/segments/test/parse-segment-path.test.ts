import { formatHex } from '@waybill/digest';
import { describe, expect, it } from 'vitest';
import { parseSegmentPath, SegmentNameInvalidError } from '../src/index.ts';
import { parseVectors } from './support/vectors.ts';

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}

describe('parseSegmentPath, against the recorded answers of wubloader', () => {
  const taken = parseVectors.filter(({ ok }) => ok);
  const refused = parseVectors.filter(({ ok }) => !ok);

  it('has answers of both kinds to go by', () => {
    expect(taken.length).toBeGreaterThan(140);
    expect(refused.length).toBeGreaterThan(120);
  });

  it.each(taken.map((vector) => [vector.group, JSON.stringify(vector.path), vector] as const))(
    'takes (%s) %s, with the same values',
    (_, _path, vector) => {
      const parsed = parseSegmentPath(vector.path);
      const { channel, quality, type, hashHex } = vector;
      expect(parsed).toMatchObject({ channel, quality, type, path: vector.path });
      expect(parsed.startMicros).toBe(vector.startMicros);
      expect(hex(parsed.hashBytes)).toBe(hashHex);
      expect(parsed.durationMicros).toBe(vector.durationMicros);
    },
  );

  it.each(refused.map((vector) => [vector.group, JSON.stringify(vector.path), vector] as const))(
    'refuses (%s) %s',
    (_, _path, vector) => {
      expect(() => parseSegmentPath(vector.path)).toThrow(SegmentNameInvalidError);
    },
  );
});

describe('parseSegmentPath', () => {
  const name = '45:51.608000-2.0-full-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU.ts';

  it('gives the digest only where the hash has 32 bytes', () => {
    const { digest } = parseSegmentPath(name);
    expect(digest && formatHex(digest)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(parseSegmentPath('45:51.608000-2.0-full-AAAA.ts').digest).toBeNull();
  });

  it('gives the hour and its start where the path has one', () => {
    expect(parseSegmentPath(`2024-03-01T10/${name}`)).toMatchObject({
      channel: null,
      quality: null,
      hour: '2024-03-01T10',
      hourMicros: Date.UTC(2024, 2, 1, 10) * 1000,
      name,
    });
    expect(parseSegmentPath(name)).toMatchObject({ hour: null, hourMicros: null, startMicros: null });
  });

  it('counts characters as Python does, not UTF-16 units, when it pads a fraction', () => {
    const name = '45:51.5\u{1d7da}-2.0-full-.ts';
    expect(parseSegmentPath(`2024-03-01T10/${name}`).startMicros).toBe(Date.UTC(2024, 2, 1, 10, 45, 51, 520) * 1000);
  });

  it('refuses a name that is not well-formed Unicode, which Python cannot encode either', () => {
    expect(() => parseSegmentPath('45:51.608000-2.0-full-\ud800AAA.ts')).toThrow(SegmentNameInvalidError);
  });
});
