/** The last name of a path in a .blend file, whichever separators it has; each byte is one character (latin1). */
export function storedName(stored: Uint8Array): string {
  return splitStored(stored).name;
}

/** Folder, with the separator at its end, and name. */
export function splitStored(stored: Uint8Array): { readonly folder: string; readonly name: string } {
  const text = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('latin1');
  const at = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1;
  return { folder: text.slice(0, at), name: text.slice(at) };
}
