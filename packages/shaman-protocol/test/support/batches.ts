import { sha256 } from '@waybill/digest';
import { encodeBatchFrames } from '../../src/index.ts';
import type { BatchFrame } from '../../src/index.ts';

export function frame(content: Uint8Array | string): BatchFrame {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { digest: sha256(bytes), content: bytes };
}

export async function batchOf(frames: readonly BatchFrame[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of encodeBatchFrames(frames)) parts.push(part);
  return Buffer.concat(parts);
}
