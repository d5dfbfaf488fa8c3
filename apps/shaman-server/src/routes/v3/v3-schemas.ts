/* Pieces of the OpenAPI document. They describe and do not check: the parsers of shaman-protocol check. */

export const V3_TAGS = ['shaman v3'];

const sha = { type: 'string', description: 'SHA-256: 64 lower-case hex digits.' } as const;
const size = { type: 'integer', minimum: 0, description: 'Bytes.' } as const;
const path = { type: 'string', description: 'Relative to the checkout, with /.' } as const;

export const fileSchema = {
  type: 'object',
  required: ['sha', 'size', 'path'],
  properties: { sha, size, path },
} as const;

export const fileWithStatusSchema = {
  type: 'object',
  required: ['sha', 'size', 'path', 'status'],
  properties: { sha, size, path, status: { type: 'string', enum: ['unknown', 'uploading'] } },
} as const;

export const fileParams = {
  type: 'object',
  required: ['sha', 'size'],
  properties: { sha, size },
} as const;

export const errorSchema = {
  description: 'What went wrong.',
  type: 'object',
  required: ['code', 'message'],
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
} as const;

export const missingSchema = {
  description: 'Files are missing: all of them are listed.',
  type: 'object',
  required: ['code', 'message', 'files'],
  properties: {
    code: { type: 'integer' },
    message: { type: 'string' },
    files: { type: 'array', items: fileWithStatusSchema },
  },
} as const;

export function listOf(items: unknown, description: string) {
  return { description, type: 'object', required: ['files'], properties: { files: { type: 'array', items } } };
}

export function empty(description: string) {
  return { description, type: 'null' };
}

const definition = { type: 'array', items: fileSchema } as const;

export const requirementsSchema = {
  ...{ summary: 'Which files of a checkout are still to be sent', tags: V3_TAGS },
  body: { type: 'object', required: ['files'], properties: { files: definition } },
  response: { 200: listOf(fileWithStatusSchema, 'Those that are missing, each content once.'), '4xx': errorSchema },
};

export const createSchema = {
  ...{ summary: 'Make a checkout of files that are stored', tags: V3_TAGS },
  body: {
    ...{ type: 'object', required: ['files', 'checkoutPath'] },
    properties: { files: definition, checkoutPath: { type: 'string' } },
  },
  response: {
    200: {
      ...{ description: 'It is there, under this path.', type: 'object', required: ['checkoutPath'] },
      properties: { checkoutPath: { type: 'string' } },
    },
    409: { ...errorSchema, description: 'The path, and all variants of it that were tried, are taken.' },
    424: missingSchema,
    '4xx': errorSchema,
    '5xx': errorSchema,
  },
};
