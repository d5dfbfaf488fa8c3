/** Starts at `://` and not at the scheme: a pattern that starts at letters is quadratic in a long word. */
const USER_INFO = /:\/\/[^\s/?#"'\\]*@/g;

/** Masks the user and password of every URL in a text. What is shown or logged goes through here. */
export function maskUserInfo(text: string): string {
  return text.includes('@') ? text.replace(USER_INFO, '://***@') : text;
}
