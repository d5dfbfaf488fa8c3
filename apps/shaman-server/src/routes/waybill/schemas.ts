/* Pieces of the OpenAPI document. They describe and do not check: the routes check for themselves. */

export const OWN_TAGS = ['waybill'];

export const shaSchema = { type: 'string', description: 'SHA-256: 64 lower-case hex digits.' } as const;
export const sizeSchema = { type: 'integer', minimum: 0, description: 'Bytes.' } as const;
export const textSchema = { type: 'string' } as const;
export const countSchema = { type: 'integer', minimum: 0 } as const;
export const timeSchema = { type: 'integer', description: 'Milliseconds since 1970.' } as const;

export const blobParams = { type: 'object', properties: { sha: shaSchema, size: sizeSchema } } as const;

export function objectOf(properties: Readonly<Record<string, unknown>>) {
  return { type: 'object', properties };
}

export function arrayOf(items: unknown) {
  return { type: 'array', items };
}

export function answer(description: string, schema: Readonly<Record<string, unknown>>) {
  return { description, ...schema };
}

export function binary(description: string, type = 'application/octet-stream') {
  return { description, content: { [type]: { schema: { type: 'string', format: 'binary' } } } };
}

export function problem(description: string) {
  const properties = { title: textSchema, status: countSchema, detail: textSchema, code: textSchema };
  return { description, content: { 'application/problem+json': { schema: objectOf(properties) } } };
}

export function nothing(description: string) {
  return { description, type: 'null' };
}
