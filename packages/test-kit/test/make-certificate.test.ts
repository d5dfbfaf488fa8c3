import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeCertificate } from '../src/index.ts';

test('a certificate is for 127.0.0.1, by its authority, with its own key, and valid now', () => {
  const authority = makeCertificate('authority');
  const { cert, privateKey } = makeCertificate('node', authority);
  const parsed = new X509Certificate(cert);
  const issuer = new X509Certificate(authority.cert);
  expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(parsed.checkPrivateKey(privateKey)).toBe(true);
  expect(parsed.verify(issuer.publicKey)).toBe(true);
  expect(parsed.verify(new X509Certificate(makeCertificate('other').cert).publicKey)).toBe(false);
  expect([issuer.ca, parsed.ca]).toEqual([true, false]);
  expect(new Date(parsed.validFrom).getTime()).toBeLessThan(Date.now());
  expect(new Date(parsed.validTo).getTime()).toBeGreaterThan(Date.now());
});
