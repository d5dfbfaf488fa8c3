/** A log line shows what a name was like; a name of 10 MB must not become a log line of 10 MB. */
const MAX_SHOWN_LENGTH = 100;

/** A name from a remote, made safe for logs and terminals: control and non-ASCII characters escaped, shortened. */
export const escapeName = (name: string): string => {
  const shown = JSON.stringify(name.slice(0, MAX_SHOWN_LENGTH)).slice(1, -1);
  const ascii = shown.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return name.length > MAX_SHOWN_LENGTH ? `${ascii}… (${String(name.length)} characters)` : ascii;
};
