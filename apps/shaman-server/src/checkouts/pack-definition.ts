import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { type Digest, formatHex, SHA256_BYTES } from '@waybill/digest';
import type { ShamanFile } from '@waybill/shaman-protocol';
import type { CheckoutPlan } from './plan-checkout.ts';

/**
 * A checkout's files as a database keeps them. Digests do not compress, and garbage collection wants nothing else, so they
 * stand apart:
 *
 *     digests   32 bytes each, every digest once
 *     names     deflated (RFC 1951) text, a line for each file: `<index of its digest> <size> <path>\n`
 *
 * A path has no control characters, so that a line break ends it.
 */
export interface PackedDefinition {
  readonly digests: Uint8Array;
  readonly names: Uint8Array;
}

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

export async function packDefinition({ folders, files, keys }: CheckoutPlan): Promise<PackedDefinition> {
  const indices = new Map<string, number>();
  const digests: Uint8Array[] = [];
  const indexOf = ({ bytes }: Digest, sha: string): number => {
    const known = indices.get(sha);
    if (known !== undefined) return known;
    indices.set(sha, digests.length);
    return digests.push(bytes) - 1;
  };
  const lines: string[] = [];
  for (const folder of folders)
    for (const { file, key } of folder.files)
      lines.push(`${indexOf(key.digest, file.sha)} ${file.sizeBytes} ${file.path}\n`);
  if (lines.length !== files.length || digests.length > keys.length) throw new RangeError('a plan that is not whole');
  return { digests: Buffer.concat(digests), names: await compress(lines.join('')) };
}

/** In the order in which they were packed. @throws RangeError for what {@link packDefinition} did not make. */
export async function unpackDefinition({ digests, names }: PackedDefinition): Promise<ShamanFile[]> {
  const text = (await decompress(names)).toString();
  const shas = Array.from({ length: digests.length / SHA256_BYTES }, (_digest, index) =>
    formatHex({ algorithm: 'sha256', bytes: digests.subarray(index * SHA256_BYTES, (index + 1) * SHA256_BYTES) }),
  );
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => {
    const [, index, size, path] = /^(\d+) (\d+) (.+)$/.exec(line) ?? [];
    const sha = shas[Number(index)];
    if (sha === undefined || path === undefined) throw new RangeError('a definition that cannot be understood');
    return { sha, sizeBytes: Number(size), path };
  });
}
