import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentNameInit } from '../src/index.ts';
import {
  formatSegmentName,
  isSafeComponent,
  nameKindOf,
  parseSegmentName,
  parseSegmentPath,
  tryParseSegmentName,
} from '../src/index.ts';
import { anyText, digests, durations, fieldsOf, HOUR, HOUR_MICROS, offsets } from './support/names.ts';

const runs = { numRuns: tierCount({ push: 400, nightly: 50_000 }) };
const tempIds = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019._-')), minLength: 1, maxLength: 60 });
const contents = fc.oneof(
  fc.record({ type: fc.constantFrom('full' as const, 'suspect' as const, 'partial' as const), digest: digests }),
  fc.record({ type: fc.constant('temp' as const), tempId: tempIds }),
);
const inits = fc
  .tuple(offsets, durations, contents)
  .map(([startMicros, durationMicros, content]): SegmentNameInit => ({ startMicros, durationMicros, ...content }));

/** One random edit of a good name: much of it still reads as a name. */
const edits = fc.tuple(
  inits,
  fc.nat({ max: 90 }),
  fc.constantFrom('', '-', '.', '0', '9', ':', '/', '_', '+', ' ', 'é', '1e'),
);
const edited = edits.map(([init, at, text]) => {
  const name = formatSegmentName(init);
  return `${name.slice(0, at)}${text}${name.slice(at + 1)}`;
});

describe('segment names', () => {
  it('read back as what they were formatted from', () => {
    fc.assert(
      fc.property(inits, (init) => {
        const parsed = fieldsOf(parseSegmentName(formatSegmentName(init)));
        expect(parsed).toMatchObject({ startMicros: init.startMicros, type: init.type });
        expect('durationMicros' in init && init.durationMicros).toBe(parsed.durationMicros);
        expect(parsed.digest).toEqual(init.type === 'temp' ? null : init.digest);
        expect(parsed.hashText).toBe(init.type === 'temp' ? init.tempId : parsed.hashText);
      }),
      runs,
    );
  });

  it('format back from what was read, with the text of the duration', () => {
    fc.assert(
      fc.property(inits, (init) => {
        const name = formatSegmentName(init);
        const { startMicros, durationText, type, digest, hashText } = parseSegmentName(name);
        const content =
          type === 'temp' || digest === null ? { type: 'temp' as const, tempId: hashText } : { type, digest };
        expect(formatSegmentName({ startMicros, durationText, ...content })).toBe(name);
      }),
      runs,
    );
  });

  it('mean the same to the lenient parser wherever the strict one takes them', () => {
    fc.assert(
      fc.property(fc.oneof(edited, inits.map(formatSegmentName)), (name) => {
        const strict = tryParseSegmentName(name);
        if (strict === undefined) return;
        const { startMicros, durationMicros, type, digest } = parseSegmentPath(`${HOUR}/${name}`);
        expect(startMicros).toBe(HOUR_MICROS + strict.startMicros);
        expect({ durationMicros, type, digest }).toEqual({
          durationMicros: strict.durationMicros,
          type: strict.type,
          digest: strict.digest,
        });
      }),
      runs,
    );
  });

  it('are safe path components wherever a kind is given to them, however they were edited', () => {
    const names = fc.oneof(edited, anyText(90));
    fc.assert(
      fc.property(names, fc.constantFrom('', '.ts', '.json', '.tombstone'), (name, extension) => {
        const candidate = name + extension;
        if (nameKindOf(candidate) !== undefined) expect(isSafeComponent(candidate)).toBe(true);
      }),
      runs,
    );
  });
});
