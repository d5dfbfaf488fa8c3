import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory, isErrnoException, WaybillError, writeFileAtomic } from '@waybill/common';

export const PRIVATE_KEY_FILE = 'es256-private.pem';
export const PUBLIC_KEY_FILE = 'es256-public.pem';

/** The text is no key for ES256, which takes the curve P-256 alone (RFC 7518 section 3.4). */
export class JwtKeyInvalidError extends WaybillError {
  readonly source: string;

  constructor(source: string, problem: string, cause?: unknown) {
    super(`${source} is no ES256 key: ${problem}`, { code: 'ERR_JWT_KEY_INVALID', retryable: false, cause });
    this.source = source;
  }
}

/** Reads a PEM public key or certificate. Throws JwtKeyInvalidError. */
export function parsePublicKey(pem: string | Buffer, source: string): KeyObject {
  return checked(source, () => createPublicKey(pem));
}

/** The key that tokens are signed with; undefined where the folder has none. Throws JwtKeyInvalidError. */
export async function readPrivateKey(directory: string): Promise<KeyObject | undefined> {
  const path = join(directory, PRIVATE_KEY_FILE);
  const pem = await readFile(path).catch((error: unknown) => {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  });
  return pem === undefined ? undefined : checked(path, () => createPrivateKey(pem));
}

/** Makes a pair of keys in the folder. Throws FileExistsError where there is one. */
export async function createKeyFiles(directory: string): Promise<{ privateKey: string; publicKey: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const paths = { privateKey: join(directory, PRIVATE_KEY_FILE), publicKey: join(directory, PUBLIC_KEY_FILE) };
  await ensureDirectory(directory);
  const pem = { format: 'pem' } as const;
  const secret = Buffer.from(privateKey.export({ type: 'pkcs8', ...pem }));
  await writeFileAtomic(paths.privateKey, secret, { exclusive: true, mode: 0o600 });
  await writeFileAtomic(paths.publicKey, Buffer.from(publicKey.export({ type: 'spki', ...pem })));
  return paths;
}

function checked(source: string, read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new JwtKeyInvalidError(source, 'it cannot be read as PEM', cause);
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType !== 'ec' || curve !== 'prime256v1')
    throw new JwtKeyInvalidError(source, `it is of type ${key.asymmetricKeyType ?? 'unknown'} ${curve ?? ''}`.trim());
  return key;
}
