/** A text form of a digest. */
export type DigestTextForm = 'hex' | 'base64url';

/** The text is not a SHA-256 digest in the form that was asked for. */
export class DigestTextInvalidError extends Error {
  readonly code = 'ERR_DIGEST_TEXT_INVALID';
  readonly retryable = false;
  readonly form: DigestTextForm;
  readonly text: string;

  constructor(form: DigestTextForm, text: string) {
    // A hostile text may be long and may hold control characters: the message shows a short, quoted part of it.
    super(`Not a SHA-256 digest in ${form}: ${JSON.stringify(text.slice(0, 80))}`);
    this.name = 'DigestTextInvalidError';
    this.form = form;
    this.text = text;
  }
}
