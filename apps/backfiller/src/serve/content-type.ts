const TYPES: Readonly<Record<string, string>> = {
  ts: 'video/mp2t',
  json: 'application/json; charset=utf-8',
  m3u8: 'application/vnd.apple.mpegurl',
  mkv: 'video/x-matroska',
  mp4: 'video/mp4',
  webm: 'video/webm',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** Types in which a browser runs scripts. */
const ACTIVE = new Set(['html', 'svg']);

/** By the extension; `.ts` is a media segment here, whatever the system's table says. */
export function contentTypeOf(name: string): string {
  return TYPES[extensionOf(name)] ?? 'application/octet-stream';
}

/** Whether the content has to be kept from acting in the name of this server: extras come from other nodes. */
export function isActiveContent(name: string): boolean {
  return ACTIVE.has(extensionOf(name));
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}
