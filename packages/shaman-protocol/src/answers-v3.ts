import { z } from 'zod';
import { MessageInvalidError } from './protocol-errors.ts';
import type { FileStatus, MissingFile } from './shaman-file.ts';

const sha = z.string().regex(/^[0-9a-f]{64}$/);
const sizeBytes = z.int().min(0);

/** `{code, message}`: what v3 servers answer when something went wrong. */
export const errorV3 = z.object({ code: z.number(), message: z.string() });

/** Answer of `GET files/{sha}/{size}`. */
export const fileStatusV3 = z.object({ status: z.enum(['unknown', 'uploading', 'stored']) });

/** Answer of `POST checkout/create`: the path that was used. */
export const createResponseV3 = z.object({ checkoutPath: z.string().min(1) });

/** A file that is still to be sent, in answers of `requirements` and of `create` with status 424. */
export const missingFileV3 = z.object({
  sha,
  size: sizeBytes,
  path: z.string(),
  status: z.enum(['unknown', 'uploading']),
});

export const requirementsResponseV3 = z.object({ files: z.array(missingFileV3) });

export type ErrorV3 = z.infer<typeof errorV3>;

/** Checks parsed JSON. Throws MessageInvalidError. */
export function parseRequirementsResponseV3(body: unknown): MissingFile[] {
  const { files } = check('v3 requirements answer', requirementsResponseV3, body);
  return files.map(({ sha: digest, size, path, status }) => ({ sha: digest, sizeBytes: size, path, status }));
}

/** JSON text. An empty list is a list, never null. */
export function formatRequirementsResponseV3(files: readonly MissingFile[]): string {
  return JSON.stringify({ files: files.map(wireFile) });
}

/** The path of the checkout, from parsed JSON. Throws MessageInvalidError. */
export function parseCreateResponseV3(body: unknown): string {
  return check('v3 create answer', createResponseV3, body).checkoutPath;
}

/** From parsed JSON. Throws MessageInvalidError. */
export function parseFileStatusV3(body: unknown): FileStatus {
  return check('v3 file status', fileStatusV3, body).status;
}

/** As it stands in JSON. */
export function wireFile({ sha: digest, sizeBytes: size, path, status }: MissingFile): z.infer<typeof missingFileV3> {
  return { sha: digest, size, path, status };
}

/** Applies a schema. Throws MessageInvalidError. */
export function check<T>(messageName: string, schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new MessageInvalidError(messageName, z.prettifyError(result.error), result.error);
  return result.data;
}
