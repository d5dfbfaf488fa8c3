const DIGEST_HEX = /^[0-9a-f]{64}$/;

/** Whether a text is a SHA-256 as the protocols write it: 64 lower-case hex digits. */
export function isDigestHex(text: string): boolean {
  return DIGEST_HEX.test(text);
}
