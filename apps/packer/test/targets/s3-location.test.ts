import { describe, expect, it } from 'vitest';
import { PackTargetInvalidError } from '../../src/targets/target-errors.ts';
import { parseTarget } from '../../src/targets/parse-target.ts';
import { parseS3Url } from '../../src/targets/s3/s3-location.ts';

describe('parseS3Url', () => {
  it.each([
    ['s3://s3.example.org/farm/show/shot', 'https://s3.example.org', 'farm', 'show/shot/'],
    ['s3+http://127.0.0.1:9000/farm', 'http://127.0.0.1:9000', 'farm', ''],
    ['s3://s3.example.org/farm/a%20b/', 'https://s3.example.org', 'farm', 'a b/'],
  ])('%s', (url, endpoint, bucket, prefix) => {
    expect(parseS3Url(url)).toEqual({ endpoint, bucket, prefix });
  });

  it.each(['s3://s3.example.org', 's3:///bucket/x', 's3://key:secret@host/bucket', 's3://host/bucket/%E0'])(
    'refuses %s',
    (url) => {
      expect(() => parseS3Url(url)).toThrow(PackTargetInvalidError);
    },
  );
});

describe('parseTarget', () => {
  it.each([
    ['/media/usb', 'folder'],
    ['shot.ZIP', 'zip'],
    ['folder.zip/', 'folder'],
    [String.raw`C:\packs\shot`, 'folder'],
    ['s3://host/bucket', 's3'],
    ['shaman+http://host/#x', 'shaman'],
  ])('%s is a %s', (text, kind) => {
    expect(parseTarget(text).kind).toBe(kind);
  });
});
