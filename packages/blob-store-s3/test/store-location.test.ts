import { describe, expect, test } from 'vitest';
import { parseStoreLocation, StoreLocationInvalidError } from '../src/index.ts';

describe('parseStoreLocation', () => {
  test('takes bucket, prefix, endpoint and region', () => {
    expect(parseStoreLocation('s3://renders/a/b/?endpoint=https://s3.example.org:9000&region=eu-1')).toEqual({
      bucket: 'renders',
      prefix: 'a/b/',
      endpoint: 'https://s3.example.org:9000',
      region: 'eu-1',
      pathStyle: true,
    });
  });

  test('needs nothing but a bucket', () => {
    expect(parseStoreLocation('s3://renders')).toEqual({
      bucket: 'renders',
      prefix: '',
      endpoint: undefined,
      region: 'us-east-1',
      pathStyle: false,
    });
  });

  test.each([
    ['renders', 'is no URL'],
    ['https://renders/x', 'does not begin with s3://'],
    ['s3:///x', 'names no bucket'],
    ['s3://renders/?endpont=https://x', 'unknown parameter endpont'],
    ['s3://renders/?endpoint=ftp://x', 'not http or https'],
    ['s3://renders/?endpoint=x', 'is no URL'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseStoreLocation(text)).toThrow(StoreLocationInvalidError);
    expect(() => parseStoreLocation(text)).toThrow(reason);
  });

  test('refuses credentials, and does not repeat them', () => {
    expect(() => parseStoreLocation('s3://key:secret@renders/x')).toThrow(/^s3:\/\/renders is no place/);
  });
});
