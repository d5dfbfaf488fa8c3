import { randomUUID } from 'node:crypto';
import type { AbortOptions } from '@waybill/common';
import type { ObjectClient } from './object-client.ts';
import type { ObjectNames } from './object-names.ts';

/**
 * Whether the service heeds `If-None-Match: *`. Some answer 200 and replace the object all the same, so it is tried: the
 * second of two such writes has to be refused.
 */
export async function probeConditionalWrites(
  client: ObjectClient,
  names: ObjectNames,
  options: AbortOptions = {},
): Promise<boolean> {
  const probe = names.probe(randomUUID());
  const bytes = new Uint8Array(1);
  try {
    const first = await client.put(probe, bytes, { ...options, ifAbsent: true });
    return first === 'put' && (await client.put(probe, bytes, { ...options, ifAbsent: true })) === 'refused';
  } finally {
    await client.delete(probe);
  }
}
