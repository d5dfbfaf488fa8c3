import { parseCheckoutPath } from './checkout-name.ts';
import { DefinitionBuilder } from './definition-builder.ts';
import type { DefinitionLimits } from './limits.ts';
import { DefinitionInvalidError, MessageInvalidError } from './protocol-errors.ts';
import type { ShamanFile } from './shaman-file.ts';

/** What `POST checkout/create` is asked for. */
export interface CreateRequestV3 {
  readonly files: readonly ShamanFile[];
  readonly checkoutPath: string;
}

/**
 * Reads `{files: [{sha, size, path}]}`, parsed JSON. Written by hand: a schema library takes a second for a definition of
 * 100,000 files. Throws MessageInvalidError, DefinitionInvalidError, DefinitionTooLargeError.
 */
export function parseRequirementsRequestV3(body: unknown, limits: DefinitionLimits = {}): ShamanFile[] {
  return parseFiles(objectOf(body, 'v3 requirements request'), 'v3 requirements request', limits);
}

/** Reads `{files, checkoutPath}`, parsed JSON. Throws what `parseRequirementsRequestV3` throws, and CheckoutNameInvalidError. */
export function parseCreateRequestV3(body: unknown, limits: DefinitionLimits = {}): CreateRequestV3 {
  const request = objectOf(body, 'v3 create request');
  const { checkoutPath } = request;
  if (typeof checkoutPath !== 'string') throw new MessageInvalidError('v3 create request', 'checkoutPath is no text');
  const name = parseCheckoutPath(checkoutPath);
  return { files: parseFiles(request, 'v3 create request', limits), checkoutPath: name };
}

/** JSON text. */
export function formatRequirementsRequestV3(files: readonly ShamanFile[]): string {
  return `{"files":${formatFiles(files)}}`;
}

/** JSON text. */
export function formatCreateRequestV3({ files, checkoutPath }: CreateRequestV3): string {
  return `{"files":${formatFiles(files)},"checkoutPath":${JSON.stringify(checkoutPath)}}`;
}

function formatFiles(files: readonly ShamanFile[]): string {
  return JSON.stringify(files.map(({ sha, sizeBytes, path }) => ({ sha, size: sizeBytes, path })));
}

type Fields = Readonly<Partial<Record<'files' | 'checkoutPath', unknown>>>;

function objectOf(body: unknown, messageName: string): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new MessageInvalidError(messageName, 'it is no object');
  return body;
}

function parseFiles({ files }: Fields, messageName: string, limits: DefinitionLimits): ShamanFile[] {
  if (!Array.isArray(files)) throw new MessageInvalidError(messageName, 'files is no list');
  const builder = new DefinitionBuilder(limits);
  for (const file of files as unknown[]) addFile(builder, file);
  return builder.files;
}

function addFile(builder: DefinitionBuilder, file: unknown): void {
  const line = builder.files.length + 1;
  if (typeof file !== 'object' || file === null) throw new DefinitionInvalidError(line, 'the file is no object');
  const { sha, size, path } = file as Readonly<Partial<Record<'sha' | 'size' | 'path', unknown>>>;
  if (typeof sha !== 'string') throw new DefinitionInvalidError(line, 'sha is no text');
  if (typeof size !== 'number') throw new DefinitionInvalidError(line, 'size is no number');
  if (typeof path !== 'string') throw new DefinitionInvalidError(line, 'path is no text');
  builder.add(sha, size, path);
}
