import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { DirectorySyncer, Durability } from '@waybill/common';
import type { Digest } from '@waybill/digest';
import { formatBase64Url } from '@waybill/digest';
import { formatSegmentName, nameKindOf, tryParseSegmentName } from '@waybill/segments';
import { SetAsideRefusedError } from './archive-errors.ts';

const ENOUGH_NAMES = 100;

/**
 * The name under which content may stay that is not what its name says. A segment becomes `partial` with the digest that
 * it really has: honest, and still usable where nothing better is found. A chat batch becomes `NAME.json.corrupt`, which
 * no listing shows. Throws SetAsideRefusedError where the content is what its name says.
 */
export function honestName(name: string, actual: Digest, isTaken: (name: string) => boolean): string {
  const hash = formatBase64Url(actual);
  if (name.includes(hash)) throw new SetAsideRefusedError(name, 'its content is what its name says');
  const segment = nameKindOf(name) === 'segment' ? tryParseSegmentName(name) : undefined;
  if (segment !== undefined) {
    const { startMicros, durationText } = segment;
    return formatSegmentName({ startMicros, durationText, type: 'partial', digest: actual });
  }
  for (let attempt = 1; attempt <= ENOUGH_NAMES; attempt++) {
    const candidate = `${name}.corrupt${attempt === 1 ? '' : attempt.toString()}`;
    if (!isTaken(candidate)) return candidate;
  }
  throw new SetAsideRefusedError(name, `${ENOUGH_NAMES.toString()} corrupt files of that name are there already`);
}

/** Renames the file in its directory, durably; resolves to its new name. A partial of the same digest is the same content. */
export async function setAside(
  filePath: string,
  actual: Digest,
  { durability, syncer }: { durability: Durability; syncer: DirectorySyncer },
): Promise<string> {
  const directory = path.dirname(filePath);
  const name = honestName(path.basename(filePath), actual, (candidate) => existsSync(path.join(directory, candidate)));
  await rename(filePath, path.join(directory, name));
  if (durability === 'full') await syncer.request(directory);
  return name;
}
