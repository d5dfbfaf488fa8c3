import type { AbortOptions } from '@waybill/common';
import type { MissingFile, ShamanFile } from '@waybill/shaman-protocol';

/** What an upload was answered. `others`: it is there, sent by somebody else or before. */
export type UploadOutcome = 'stored' | 'others' | 'deferred' | 'mismatch' | 'unknown';

export type CheckoutOutcome =
  | { readonly checkoutPath: string }
  /** The server lacks these. */
  | { readonly missing: readonly ShamanFile[] }
  /** It failed, and does not say whether files are missing. */
  | { readonly refusal: Error };

/** What v2 and v3 differ in. */
export interface Dialect {
  readonly protocol: 'v2' | 'v3';
  /** Which contents the server lacks. Throws AnswerInvalidError where it names a file that was not offered. */
  requirements(files: readonly ShamanFile[], options: AbortOptions): Promise<readonly MissingFile[]>;
  /** Below the server's URL. */
  uploadPath(file: ShamanFile): string;
  /** `canDefer` is what the request said. `unknown`: not for a dialect to judge. */
  judgeUpload(status: number, headers: Readonly<Record<string, unknown>>, canDefer: boolean): UploadOutcome;
  /** Throws CheckoutTakenError, CheckoutNameInvalidError. */
  checkOut(files: readonly ShamanFile[], checkout: string, options: AbortOptions): Promise<CheckoutOutcome>;
}
