import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrnoException, writeFileAtomic } from '@waybill/common';
import { z } from 'zod';

const NAME = 'server.json';

const adminFile = z.object({ url: z.string(), token: z.string(), certificate: z.string().optional() });

/** Where a running server can be reached by whoever may read its folder, with what, and by which certificate (PEM) it is known. */
export type AdminAccess = z.infer<typeof adminFile>;

export function createAdminToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Readable for this user alone. It need not survive a power cut: the server does not either. */
export async function writeAdminFile(state: string, access: AdminAccess): Promise<AsyncDisposable> {
  const path = join(state, NAME);
  await writeFileAtomic(path, Buffer.from(`${JSON.stringify(access)}\n`), { mode: 0o600, durability: 'none' });
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Undefined where there is none, or none that can be understood. */
export async function readAdminFile(state: string): Promise<AdminAccess | undefined> {
  try {
    return adminFile.safeParse(JSON.parse(await readFile(join(state, NAME), 'utf8'))).data;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
