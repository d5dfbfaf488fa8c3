import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  decodeBatchFrames,
  parseDefinitionV2,
  parseRequirementsRequestV3,
  type ShamanFile,
} from '@waybill/shaman-protocol';
import { formatHex } from '@waybill/digest';

/** One request as a script sees it, before the server's own rules apply. */
export interface Call {
  readonly method: string;
  /** Below the server, without a leading slash. */
  readonly path: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** `SHA-SIZE` of an upload. */
  readonly key: string | undefined;
  /** Counted over uploads of this key, from 1 on. */
  readonly attempt: number;
}

/** Resolves with true where it answered the request itself. */
export type Script = (call: Call) => boolean | Promise<boolean>;

export interface FakeServerInit {
  protocol: 'v2' | 'v3' | 'own';
  script?: Script | undefined;
  /** Bearer token that is asked for. */
  token?: string | undefined;
  /** What the missing status is at create, in v3: 424 as specified, or 500 as the original. */
  missingStatus?: number | undefined;
  /** Whether `Expect: 100-continue` is answered. Default true. */
  continues?: boolean | undefined;
}

export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly stored: Map<string, Buffer>;
  /** Keys that somebody else is sending. */
  readonly uploading: Set<string>;
  readonly checkouts: Map<string, readonly ShamanFile[]>;
  /** `METHOD path`, in the order of arrival. */
  readonly calls: string[];
  /** Bytes of bodies that arrived, by key. */
  readonly bodies: Map<string, number[]>;
  readonly partials: Map<string, Buffer>;
  /** How many files each batch held. */
  readonly batches: number[];
  count(pattern: RegExp): number;
}

const V3 = 'api/v3/shaman/';
const OWN = 'waybill/v1/';

/** A server by the rules of the specification, and small: what it is told to do wrong, it does wrong. */
export async function startFakeServer(init: FakeServerInit): Promise<FakeServer> {
  const { protocol, script, token, missingStatus = 424, continues = true } = init;
  const [stored, partials] = [new Map<string, Buffer>(), new Map<string, Buffer>()];
  const checkouts = new Map<string, readonly ShamanFile[]>();
  const [uploading, calls, bodies, batches] = [
    new Set<string>(),
    [] as string[],
    new Map<string, number[]>(),
    [] as number[],
  ];
  const attempts = new Map<string, number>();

  const statusOf = ({ sha, sizeBytes }: ShamanFile) => {
    const key = `${sha}-${sizeBytes}`;
    return stored.has(key) ? 'stored' : uploading.has(key) ? 'uploading' : 'unknown';
  };
  const missingOf = (files: readonly ShamanFile[]) => {
    const unique = new Map(files.toReversed().map((file) => [`${file.sha}-${file.sizeBytes}`, file]));
    return files
      .filter((file) => unique.get(`${file.sha}-${file.sizeBytes}`) === file && statusOf(file) !== 'stored')
      .map((file) => ({ ...file, status: statusOf(file) }));
  };

  async function readBody(request: IncomingMessage, key?: string): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    if (key !== undefined) bodies.set(key, [...(bodies.get(key) ?? []), body.length]);
    return body;
  }

  function storeBody(key: string, body: Buffer): number {
    if (`${createHash('sha256').update(body).digest('hex')}-${body.length}` !== key) return 417;
    stored.set(key, body);
    return 204;
  }

  async function upload({ request, response, key = '' }: Call): Promise<void> {
    const canDefer = request.headers['x-shaman-can-defer-upload'] === 'true';
    if (stored.has(key)) {
      early(response, 208, protocol === 'v2' ? { location: request.url ?? '' } : {});
      return;
    }
    if (uploading.has(key) && canDefer) {
      early(response, protocol === 'v2' ? 208 : 425);
      return;
    }
    if (request.headers.expect !== undefined && continues) response.writeContinue();
    response.writeHead(storeBody(key, await readBody(request, key))).end();
  }

  async function resume(call: Call): Promise<void> {
    const { request, response, key = '', method } = call;
    const known = partials.get(key) ?? Buffer.alloc(0);
    const state = (offset: number) => ({
      'upload-offset': String(offset),
      'upload-complete': stored.has(key) ? '?1' : '?0',
    });
    if (method === 'HEAD') return void response.writeHead(204, state(known.length)).end();
    if (Number(request.headers['upload-offset']) !== known.length) {
      early(response, 409, state(known.length));
      return;
    }
    response.writeContinue();
    const body = await readBody(request, key).catch(() => Buffer.alloc(0));
    const whole = Buffer.concat([known, body]);
    const status = storeBody(key, whole);
    response.writeHead(status, state(whole.length)).end();
  }

  async function batch({ request, response }: Call): Promise<void> {
    const results: unknown[] = [];
    for await (const { digest, content } of decodeBatchFrames(request as AsyncIterable<Uint8Array>)) {
      const key = `${formatHex(digest)}-${content.length}`;
      if (uploading.has(key)) {
        results.push({ status: 'uploading' });
        continue;
      }
      const status = storeBody(key, Buffer.from(content));
      results.push(status === 204 ? { status: 'stored' } : { status: 'error', code: 'ERR_BLOB_DIGEST_MISMATCH' });
    }
    batches.push(results.length);
    json(response, 200, { results });
  }

  async function route(call: Call): Promise<void> {
    const { path, request, response, method, key } = call;
    if (protocol === 'own' && path === `${OWN}capabilities`) {
      json(response, 200, {
        protocol: 'waybill',
        version: 1,
        resumable: true,
        batch: { maxFiles: 100, maxBytes: 1_000_000, maxFileBytes: 10_000 },
      });
      return;
    }
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      early(response, 401);
      return;
    }
    if (protocol === 'own' && path === `${OWN}batch`) {
      await batch(call);
      return;
    }
    if (protocol === 'own' && path.startsWith(`${OWN}uploads/`)) {
      await resume(call);
      return;
    }
    if (key !== undefined && method === 'POST') {
      await upload(call);
      return;
    }
    if (protocol === 'v2') {
      await routeV2(call);
      return;
    }
    if (path.startsWith(`${V3}files/`)) {
      json(response, 200, { status: 'unknown' });
      return;
    }
    await routeV3(call);
  }

  async function routeV2({ path, request, response }: Call): Promise<void> {
    if (!path.startsWith('checkout/')) {
      early(response, 404);
      return;
    }
    const files = parseDefinitionV2(await readBody(request));
    const missing = missingOf(files);
    const words: Record<string, string> = { unknown: 'file-unknown', uploading: 'already-uploading' };
    const text = missing.map((file) => `${words[file.status]} ${file.path}\n`).join('');
    if (path === 'checkout/requirements')
      return void response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
    const id = path.slice('checkout/create/'.length);
    if (checkouts.has(id)) return void response.writeHead(409).end('exists');
    if (missing.length > 0) return void response.writeHead(400).end(text);
    checkouts.set(id, files);
    response.writeHead(200).end(`${id.slice(-2)}/${id}`);
  }

  async function routeV3({ path, request, response }: Call): Promise<void> {
    if (!path.startsWith(`${V3}checkout/`)) {
      early(response, 404);
      return;
    }
    const body = JSON.parse((await readBody(request)).toString()) as { checkoutPath?: string };
    const files = parseRequirementsRequestV3(body);
    const missing = missingOf(files).map(({ sizeBytes, ...file }) => ({ ...file, size: sizeBytes }));
    if (path === `${V3}checkout/requirements`) {
      json(response, 200, { files: missing });
      return;
    }
    if (missing.length > 0) {
      json(response, missingStatus, { code: missingStatus, message: 'unexpected error', files: missing });
      return;
    }
    const name = `${body.checkoutPath ?? ''}${checkouts.has(body.checkoutPath ?? '') ? '-x1y2' : ''}`;
    checkouts.set(name, files);
    json(response, 200, { checkoutPath: name });
  }

  const server = createServer();
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    request.on('error', () => undefined);
    const path = (request.url ?? '').slice(1);
    const [, sha, size] = /files\/(\w+)\/(\d+)$/.exec(path) ?? /uploads\/(\w+)\/(\d+)$/.exec(path) ?? [];
    const key = sha === undefined ? undefined : `${sha}-${size}`;
    const isUpload = key !== undefined && (request.method === 'POST' || request.method === 'PATCH');
    const attempt = isUpload ? (attempts.get(key) ?? 0) + 1 : 0;
    if (isUpload) attempts.set(key, attempt);
    calls.push(`${request.method} ${path}`);
    const call = { method: request.method ?? '', path, request, response, key, attempt };
    void (async () => {
      if (!(await script?.(call))) await route(call);
    })().catch(() => request.destroy());
  };
  server.on('request', listen).on('checkContinue', listen);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ...{ stored, uploading, checkouts, calls, bodies, partials, batches },
    count: (pattern) => calls.filter((call) => pattern.test(call)).length,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An answer before the body, after which the connection is closed. */
export function early(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, connection: 'close' }).end();
}
