import { expect, test } from 'vitest';
import { parseShamanUrl } from '../src/index.ts';

test.each([
  ['shaman://farm.example/path/#job_1', 'https://farm.example/path/', 'job_1'],
  ['shaman+https://farm.example:8443/#job', 'https://farm.example:8443/', 'job'],
  ['shaman+http://farm.example/#job', 'http://farm.example/', 'job'],
  ['http://farm.example:8080', 'http://farm.example:8080/', undefined],
  ['https://farm.example/flamenco', 'https://farm.example/flamenco/', undefined],
  ['http://farm.example/?x=1#My%20Job', 'http://farm.example/', 'My Job'],
])('%s', (text, url, checkout) => {
  expect(parseShamanUrl(text)).toEqual({ url: new URL(url), checkout });
});

test.each(['', 'farm.example', 'ftp://farm.example/', 'shaman:', 'file:///etc/passwd', 'shaman:///x', 'http://h/#%'])(
  '%j is refused',
  (text) => {
    expect(() => parseShamanUrl(text)).toThrow(expect.objectContaining({ code: 'ERR_URL_INVALID' }) as Error);
  },
);
