import { isHour, isSafeRelativePath } from '@waybill/segments';
import type { DigestTree } from './remote-node.ts';

const DIGEST = /^[0-9a-f]{64}$/;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDigest = (value: unknown): value is string => typeof value === 'string' && DIGEST.test(value);

const isQuality = (key: string): boolean => isSafeRelativePath(key) && key.split('/').length === 2;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/**
 * An answer to `GET /digest` (`qualities`: a digest by `CH/Q`) or `GET /digest/CH/Q` (`hours`: a digest and more by hour).
 * Entries whose key fails the grammar are left out: nobody here could ask for them. Undefined where it is no digest tree.
 */
export const parseDigestTree = (text: string, field: 'qualities' | 'hours'): DigestTree | undefined => {
  const reply = parseJson(text);
  if (!isRecord(reply) || !isDigest(reply['digest']) || !isRecord(reply[field])) return undefined;
  const isKey = field === 'hours' ? isHour : isQuality;
  const children = new Map<string, string>();
  for (const [key, value] of Object.entries(reply[field])) {
    const digest = isRecord(value) ? value['digest'] : value;
    if (!isDigest(digest)) return undefined;
    if (isKey(key)) children.set(key, digest);
  }
  return { digest: reply['digest'], children };
};
