import { z } from 'zod';
import { check, missingFileV3 } from './answers-v3.ts';
import type { MissingFile } from './shaman-file.ts';

/** Version of our own protocol, which is in its paths too. A change that old clients cannot follow gets another. */
export const OWN_PROTOCOL_VERSION = 1;

const count = z.int().min(1);

/** What `GET /waybill/v1/capabilities` answers. What is left out, the server does not do. Unknown fields mean nothing. */
export const capabilitiesSchema = z.object({
  protocol: z.literal('waybill'),
  version: z.literal(OWN_PROTOCOL_VERSION),
  /** Name and version of the program, for people. */
  server: z.string().optional(),
  /** Largest file, in bytes. */
  maxFileBytes: count.optional(),
  /** Most files of a definition. */
  maxDefinitionFiles: count.optional(),
  /** Content-Encodings of uploads. */
  contentEncodings: z.array(z.string()).default([]),
  /** Most files, most bytes of content in all, and most bytes of one file of `POST batch`. */
  batch: z.object({ maxFiles: count, maxBytes: count, maxFileBytes: count }).optional(),
  /** Whether uploads can be resumed. */
  resumable: z.boolean().default(false),
});

export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** From parsed JSON. Throws MessageInvalidError. */
export function parseCapabilities(body: unknown): Capabilities {
  return check('capability document', capabilitiesSchema, body);
}

/** Answer of `POST /waybill/v1/requirements`. */
export const ownRequirementsSchema = z.object({ files: z.array(missingFileV3), pinnedForMs: z.int().min(0) });

export interface OwnRequirements {
  /** Those that are still to be sent. */
  readonly files: readonly MissingFile[];
  /** For so long the others stay, and these once they are sent. */
  readonly pinnedForMs: number;
}

/** From parsed JSON. Throws MessageInvalidError. */
export function parseOwnRequirements(body: unknown): OwnRequirements {
  const { files, pinnedForMs } = check('requirements answer', ownRequirementsSchema, body);
  return { pinnedForMs, files: files.map(({ size, ...file }) => ({ ...file, sizeBytes: size })) };
}

/** What became of one file of a batch. `uploading`: somebody else is sending it; `code` is that of docs/errors.md. */
export const batchResultSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('stored') }),
  z.object({ status: z.literal('exists') }),
  z.object({ status: z.literal('uploading') }),
  z.object({ status: z.literal('error'), code: z.string(), message: z.string().optional() }),
]);

/** Answer of `POST /waybill/v1/batch`: one result for each file, in the order of the files. */
export const batchResponseSchema = z.object({ results: z.array(batchResultSchema) });

export type BatchResult = z.infer<typeof batchResultSchema>;

/** From parsed JSON. Throws MessageInvalidError. */
export function parseBatchResponse(body: unknown): BatchResult[] {
  return check('batch answer', batchResponseSchema, body).results;
}
