import {
  type ClientFile,
  createShamanClient,
  parseShamanUrl,
  type SendReport,
  type ShamanUrl,
} from '@waybill/shaman-client';
import { runParallel } from '../execute/run-parallel.ts';
import type { Cargo, HashedFacts, PackEntry, PackTarget, SendOptions, SentPack } from './pack-target.ts';
import { PackTargetInvalidError } from './target-errors.ts';

export interface ShamanTargetInit {
  /** `shaman://host/path/#checkout`; without `#checkout` the files are stored, and nothing is checked out. */
  readonly url: string;
  /** Bearer token. Default: none; a v2 server is asked for one. */
  readonly token?: string | undefined;
}

/** A pack as a checkout of a Shaman server, v2 or v3: only what the server lacks is sent. */
export class ShamanTarget implements PackTarget {
  readonly kind = 'shaman';
  readonly name: string;
  readonly #url: ShamanUrl;
  readonly #token: string | undefined;

  constructor({ url, token }: ShamanTargetInit) {
    this.#url = parse(url);
    this.#token = token;
    this.name = withFragment(this.#url.url, this.#url.checkout);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async send({ entries, closing }: Cargo, { concurrency, progress, signal }: SendOptions): Promise<SentPack> {
    await using client = await createShamanClient({ url: this.#url.url, token: this.#token, signal });
    const facts = new Map<string, HashedFacts>();
    // Before the closing files: the manifest names lengths and digests.
    await runParallel(entries, { concurrency, signal }, async (entry, either) => {
      facts.set(entry.place, await entry.digest({ signal: either }));
    });
    const all = [...entries, ...(await closing())];
    for (const entry of all.slice(entries.length)) facts.set(entry.place, await entry.digest({ signal }));
    const files = all.map((entry) => clientFile(entry, facts));
    const settle = settler(all, files, progress);
    const report = await client.sendFiles(files, {
      ...{ checkout: this.#url.checkout, concurrency, signal },
      progress: {
        bytesSent: (bytes) => progress.bytesSent(bytes),
        fileStored: ({ sha, sizeBytes }, by) => settle(`${sha}-${sizeBytes}`, by),
        retrying: (error) => progress.retrying(error),
      },
    });
    return { location: withFragment(this.#url.url, report.checkoutPath), details: detailsOf(report) };
  }
}

interface HashedFile extends ClientFile {
  readonly sha: string;
}

function clientFile(entry: PackEntry, facts: ReadonlyMap<string, HashedFacts>): HashedFile {
  const known = facts.get(entry.place);
  if (known === undefined) throw new RangeError(`nobody has hashed ${entry.place}`);
  const open: ClientFile['open'] = ({ start, signal }) => entry.open({ start, reuse: true, signal });
  return { path: entry.place, sizeBytes: known.sizeBytes, sha: known.sha256, open };
}

/** A content is told of once, however many files have it: the first of them was sent, the others cost nothing. */
function settler(
  entries: readonly PackEntry[],
  files: readonly HashedFile[],
  progress: SendOptions['progress'],
): (key: string, by: 'us' | 'others') => void {
  const pairs = files.map((file, index) => ({ file, entry: entries[index] }));
  const byContent = Map.groupBy(pairs, ({ file: { sha, sizeBytes } }) => `${sha}-${sizeBytes}`);
  return (key, by) => {
    for (const [index, { file, entry }] of (byContent.get(key) ?? []).entries()) {
      if (entry === undefined) continue;
      const how = index === 0 && by === 'us' ? 'sent' : 'present';
      progress.entryDone(entry, how, { sizeBytes: file.sizeBytes, sha256: file.sha });
    }
  };
}

function detailsOf({
  protocol,
  checkoutPath,
  requests,
  bodies,
  sentBytes,
  deferrals,
}: SendReport): SentPack['details'] {
  return { protocol, checkoutPath: checkoutPath ?? null, requests, bodies, sentBytes, deferrals };
}

function parse(text: string): ShamanUrl {
  try {
    return parseShamanUrl(text);
  } catch (error) {
    throw new PackTargetInvalidError(text, error instanceof Error ? error.message : String(error), error);
  }
}

/** Without user and password. */
function withFragment({ origin, pathname }: URL, fragment: string | undefined): string {
  return `${origin}${pathname}${fragment === undefined ? '' : `#${fragment}`}`;
}
