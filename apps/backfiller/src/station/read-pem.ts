import { readFileSync } from 'node:fs';
import { UsageInvalidError } from '@waybill/cli-kit';

/** The file of an option that names a certificate or key. Throws UsageInvalidError where it cannot be read, or is none. */
export function readPem(flag: string, file: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    throw new UsageInvalidError(
      `${flag}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
  if (!content.includes('-----BEGIN ')) throw new UsageInvalidError(`${flag}: ${file} is no PEM file`);
  return content;
}
