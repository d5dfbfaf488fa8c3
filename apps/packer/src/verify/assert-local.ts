import { parseTarget } from '../targets/parse-target.ts';
import { PackInvalidError } from './verify-errors.ts';

/** Packs are read where they lie on disk. @throws PackInvalidError for a URL, UsageInvalidError for one of another kind */
export function assertLocal(pack: string): void {
  const { kind } = parseTarget(pack);
  if (kind === 's3' || kind === 'shaman')
    throw new PackInvalidError(pack, 'a folder, a ZIP or a .blend file is needed; fetch it first');
}
