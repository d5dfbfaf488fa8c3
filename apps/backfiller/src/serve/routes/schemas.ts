/*
 * Pieces of the OpenAPI document. They describe and do not check: arguments are read leniently, as a restreamer reads
 * them, by the routes themselves.
 */

export const stringSchema = { type: 'string' } as const;
const time = {
  type: 'string',
  description: 'ISO 8601, leniently; a time zone is read over, everything is UTC.',
} as const;

export const rangeQuery = { type: 'object', properties: { start: time, end: time } } as const;

export function paramsOf(...names: string[]) {
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, stringSchema])) };
}

export function objectOf(properties: Record<string, unknown>) {
  return { type: 'object', properties };
}

export function mapOf(value: unknown) {
  return { type: 'object', additionalProperties: value };
}

export const namesResponse = {
  200: { description: 'Sorted names; `[]` where there is nothing.', type: 'array', items: stringSchema },
};

export function textResponse(description: string, mediaType: string) {
  return { 200: { description, content: { [mediaType]: { schema: stringSchema } } } };
}

export const COMPATIBLE = ['wubloader'];
export const OWN = ['waybill'];
