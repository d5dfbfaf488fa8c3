import { expect, it } from 'vitest';
import { describeAccess } from '../../src/config/describe-access.ts';
import { serverConfig } from '../support/test-server.ts';

it.each([
  [{}, 'everybody on this machine, without a token'],
  [{ host: '0.0.0.0', insecure: true }, 'everybody, without a token'],
  [{ tokens: ['secret'] }, 'everybody with a token'],
  [{ jwtKeys: '/keys', anonymousV3From: ['10.0.0.0/8'] }, 'everybody with a token; v3 without a token from 10.0.0.0/8'],
  [{ host: '0.0.0.0', anonymousV3From: ['::1'] }, 'v3 without a token from ::1'],
])('says who is let in: %j', (changes, text) => {
  expect(describeAccess(serverConfig('/storage', changes))).toBe(text);
});
