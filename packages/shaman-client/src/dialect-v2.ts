import type { AbortOptions } from '@waybill/common';
import {
  CONTENT_TYPES,
  FilePathInvalidError,
  formatDefinitionV2,
  type MissingFile,
  parseCheckoutIdV2,
  parseRequirementsV2,
  type ShamanFile,
  STATUS_V2,
} from '@waybill/shaman-protocol';
import { AnswerInvalidError, CheckoutTakenError } from './client-errors.ts';
import type { CheckoutOutcome, Dialect, UploadOutcome } from './dialect.ts';
import { refusalOf, type SmallAnswer, type SmallRequests } from './small-requests.ts';

const HEADERS = { 'content-type': CONTENT_TYPES.definitionV2 };

/** Flamenco Manager 2 (spec section 1.1). */
export class DialectV2 implements Dialect {
  readonly protocol = 'v2';
  readonly #requests: SmallRequests;

  constructor(requests: SmallRequests) {
    this.#requests = requests;
  }

  async requirements(files: readonly ShamanFile[], { signal }: AbortOptions): Promise<readonly MissingFile[]> {
    const path = 'checkout/requirements';
    assertSayable(files);
    const body = formatDefinitionV2(files);
    const answer = await this.#requests.send({
      ...{ name: 'requirements', path, method: 'POST', headers: HEADERS, body, statuses: [STATUS_V2.ok], signal },
    });
    return this.#offered(files, answer, path);
  }

  uploadPath({ sha, sizeBytes }: ShamanFile): string {
    return `files/${sha}/${sizeBytes}`;
  }

  judgeUpload(status: number, headers: Readonly<Record<string, unknown>>, canDefer: boolean): UploadOutcome {
    if (status === STATUS_V2.stored || status === STATUS_V2.ok) return 'stored';
    if (status === STATUS_V2.mismatch) return 'mismatch';
    if (status !== STATUS_V2.alreadyThere) return 'unknown';
    // With Location it is stored; without, and where deferring was allowed, somebody is sending it.
    return canDefer && headers['location'] === undefined ? 'deferred' : 'others';
  }

  async checkOut(files: readonly ShamanFile[], checkout: string, { signal }: AbortOptions): Promise<CheckoutOutcome> {
    const path = `checkout/create/${parseCheckoutIdV2(checkout)}`;
    const body = formatDefinitionV2(files);
    const statuses = [STATUS_V2.ok, STATUS_V2.invalid, STATUS_V2.checkoutExists];
    const answer = await this.#requests.send({
      ...{ name: 'checkout', path, method: 'POST', headers: HEADERS, body, statuses, signal },
    });
    if (answer.status === STATUS_V2.checkoutExists) throw new CheckoutTakenError(checkout);
    if (answer.status === STATUS_V2.ok) return { checkoutPath: answer.text.trim() };
    if (!answer.text.startsWith('file-unknown ')) {
      throw refusalOf(this.#requests.at(path), answer.status, answer.text, undefined);
    }
    return { missing: this.#offered(files, answer, path) };
  }

  #offered(files: readonly ShamanFile[], { text }: SmallAnswer, path: string): MissingFile[] {
    const byPath = new Map(files.map((file) => [file.path, file]));
    return parseRequirementsV2(text).map((entry) => {
      const file = byPath.get(entry.path);
      if (file === undefined) {
        const shown = JSON.stringify(entry.path.slice(0, 300));
        throw new AnswerInvalidError(this.#requests.at(path).href, `it asks for ${shown}, which was not offered`);
      }
      return { ...file, status: entry.status };
    });
  }
}

/** A line cannot hold a line feed, and loses the blanks at its end and in front of the path. */
function assertSayable(files: readonly ShamanFile[]): void {
  for (const { path } of files)
    if (path.includes('\n') || path.trim() !== path)
      throw new FilePathInvalidError(path, 'the v2 protocol cannot say it');
}
