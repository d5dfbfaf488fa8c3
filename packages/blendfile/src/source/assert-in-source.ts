import { BlendFileTruncatedError } from '../errors.ts';

/** @throws BlendFileTruncatedError when the range reaches beyond the end of the source */
export function assertInSource(file: string, sizeBytes: number, offset: number, lengthBytes: number): void {
  if (offset >= 0 && lengthBytes >= 0 && offset + lengthBytes <= sizeBytes) return;
  const available = Math.max(0, sizeBytes - offset);
  throw new BlendFileTruncatedError({ file, offset }, 'a read', lengthBytes, available);
}
