import type { AbortOptions } from '@waybill/common';
import {
  CONTENT_TYPES,
  formatCreateRequestV3,
  formatRequirementsRequestV3,
  type MissingFile,
  parseCreateResponseV3,
  parseRequirementsResponseV3,
  type ShamanFile,
  STATUS_V3,
  V3_PREFIX,
} from '@waybill/shaman-protocol';
import { AnswerInvalidError, CheckoutTakenError } from './client-errors.ts';
import type { CheckoutOutcome, Dialect, UploadOutcome } from './dialect.ts';
import { parseJson } from './parse-json.ts';
import { refusalOf, type SmallRequests } from './small-requests.ts';

const HEADERS = { 'content-type': CONTENT_TYPES.json };
const BELOW = V3_PREFIX.slice(1);
/** What the original answers to every checkout that fails, for lack of files as well (spec section 1.2). */
const ORIGINAL_FAILURE = 500;

/** Flamenco 3 (spec section 1.2). */
export class DialectV3 implements Dialect {
  readonly protocol = 'v3';
  readonly #requests: SmallRequests;

  constructor(requests: SmallRequests) {
    this.#requests = requests;
  }

  async requirements(files: readonly ShamanFile[], { signal }: AbortOptions): Promise<readonly MissingFile[]> {
    const path = `${BELOW}/checkout/requirements`;
    const body = formatRequirementsRequestV3(files);
    const { text } = await this.#requests.send({
      ...{ name: 'requirements', path, method: 'POST', headers: HEADERS, body, statuses: [STATUS_V3.ok], signal },
    });
    return this.#offered(files, text, path);
  }

  uploadPath({ sha, sizeBytes }: ShamanFile): string {
    return `${BELOW}/files/${sha}/${sizeBytes}`;
  }

  judgeUpload(status: number): UploadOutcome {
    if (status === STATUS_V3.ok || status === STATUS_V3.stored) return 'stored';
    if (status === STATUS_V3.alreadyThere) return 'others';
    if (status === STATUS_V3.uploading) return 'deferred';
    return status === STATUS_V3.mismatch ? 'mismatch' : 'unknown';
  }

  async checkOut(files: readonly ShamanFile[], checkout: string, { signal }: AbortOptions): Promise<CheckoutOutcome> {
    const path = `${BELOW}/checkout/create`;
    const body = formatCreateRequestV3({ files, checkoutPath: checkout });
    const statuses = [STATUS_V3.ok, STATUS_V3.filesMissing, STATUS_V3.checkoutExists, ORIGINAL_FAILURE];
    const { status, text } = await this.#requests.send({
      ...{ name: 'checkout', path, method: 'POST', headers: HEADERS, body, statuses, signal },
    });
    if (status === STATUS_V3.checkoutExists) throw new CheckoutTakenError(checkout);
    if (status === ORIGINAL_FAILURE) return { refusal: refusalOf(this.#requests.at(path), status, text, undefined) };
    if (status === STATUS_V3.filesMissing) return { missing: this.#offered(files, text, path) };
    return { checkoutPath: parseCreateResponseV3(parseJson(this.#requests.at(path), text)) };
  }

  #offered(files: readonly ShamanFile[], text: string, path: string): readonly MissingFile[] {
    const url = this.#requests.at(path);
    const missing = parseRequirementsResponseV3(parseJson(url, text));
    const offered = new Set(files.map(({ sha, sizeBytes }) => `${sha}-${sizeBytes}`));
    const stranger = missing.find(({ sha, sizeBytes }) => !offered.has(`${sha}-${sizeBytes}`));
    if (stranger === undefined) return missing;
    throw new AnswerInvalidError(url.href, `it asks for ${stranger.sha}, which was not offered`);
  }
}
