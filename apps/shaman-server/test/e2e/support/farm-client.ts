import { HEADERS } from '@waybill/shaman-protocol';
import { definitionV3 } from '../../support/test-server.ts';
import type { TestFile } from '../../support/test-server.ts';
import type { HttpCaller } from '../../support/http-caller.ts';

/** HTTP calls by kind, and what came of them. */
export interface FarmCalls {
  requirements: number;
  uploads: number;
  checkouts: number;
  /** Uploads by their answer. */
  stored: number;
  exists: number;
  deferred: number;
  /** Uploads of which the server wanted the body. */
  bodies: number;
}

export function noCalls(): FarmCalls {
  return { requirements: 0, uploads: 0, checkouts: 0, stored: 0, exists: 0, deferred: 0, bodies: 0 };
}

export interface FarmClientInit {
  caller: HttpCaller;
  files: readonly TestFile[];
  canDefer: boolean;
  calls: FarmCalls;
  /** Uploads at a time. */
  parallel: number;
  /** Files whose bodies pause in the middle for so many milliseconds: long enough for others to be deferred. */
  slow: { readonly files: ReadonlySet<TestFile>; readonly pauseMs: number };
}

/** So often the definition is sent again, as in the known clients. */
const ROUNDS = 50;

interface Missing {
  readonly files: readonly { readonly sha: string; readonly size: number; readonly status: string }[];
}

/** Sends what is missing, files that others send last, and makes a checkout; its path. As the clients of v3 do (spec section 1). */
export async function sendProject(init: FarmClientInit, checkoutPath: string): Promise<string> {
  const { caller, files, calls } = init;
  const definition = definitionV3(files);
  for (let round = 0; round < ROUNDS; round++) {
    calls.requirements += 1;
    const missing = await caller.json<Missing>('/api/v3/shaman/checkout/requirements', { files: definition });
    if (missing.files.length === 0) break;
    await sendAll(init, missing);
  }
  calls.checkouts += 1;
  const created = await caller.json<{ checkoutPath: string }>('/api/v3/shaman/checkout/create', {
    ...{ files: definition, checkoutPath },
  });
  return created.checkoutPath;
}

async function sendAll(init: FarmClientInit, missing: Missing): Promise<void> {
  const byName = new Map(init.files.map((file) => [file.name, file]));
  const first = missing.files.filter(({ status }) => status === 'unknown');
  const last = missing.files.filter(({ status }) => status !== 'unknown');
  const queue = [...first, ...last].map(({ sha, size }) => byName.get(`${sha}/${size}`));
  const sendNext = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift())
      await sendOne(init, file, init.canDefer && queue.length > 0);
  };
  await Promise.all(Array.from({ length: init.parallel }, sendNext));
}

async function sendOne({ caller, calls, slow }: FarmClientInit, file: TestFile, canDefer: boolean): Promise<void> {
  calls.uploads += 1;
  const { status, isBodySent, body } = await caller.call(`/api/v3/shaman/files/${file.name}`, {
    ...{ method: 'POST', body: file.content, waitToBeAsked: true },
    ...(slow.files.has(file) && { pauseMs: slow.pauseMs }),
    headers: { [HEADERS.canDefer]: String(canDefer) },
  });
  if (isBodySent) calls.bodies += 1;
  if (status === 204) calls.stored += 1;
  else if (status === 208) calls.exists += 1;
  else if (status === 425 && canDefer) calls.deferred += 1;
  else throw new Error(`${file.path} is answered with ${status}: ${String(body)}`);
}
