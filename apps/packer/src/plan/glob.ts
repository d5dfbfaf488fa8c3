const SPECIAL = /[.+^${}()|\\/]/;

/**
 * A pattern of a command line: `*` and `?` within a name, `[abc]` and `[!abc]`, `**` over folders. As in the original, a pattern
 * is compared with the end of a path: `*.abc` with the name alone, `cache/*.abc` with the last two names.
 * Case is ignored where the system's file names ignore it.
 */
export function compileGlob(pattern: string, platform: NodeJS.Platform = process.platform): (path: string) => boolean {
  const normal = pattern.replace(/^\.?\//, '/');
  const start = normal.startsWith('/') ? '^' : '(?:^|/)';
  const flags = platform === 'linux' ? 'su' : 'siu';
  const expression = new RegExp(`${start}${bodyOf(normal)}$`, flags);
  return (path) => expression.test(path);
}

function bodyOf(pattern: string): string {
  let body = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const set = character === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (pattern.startsWith('**/', at)) {
      body += '(?:[^/]+/)*';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      body += '.*';
      at += 1;
    } else if (set !== null) {
      body += `[${set[1] === '!' ? '^/' : ''}${(set[2] ?? '').replaceAll(/[\\\][^&|~]/g, String.raw`\$&`)}]`;
      at += set[0].length - 1;
    } else body += wildcardOf(character);
  }
  return body;
}

function wildcardOf(character: string): string {
  if (character === '*') return '[^/]*';
  if (character === '?') return '[^/]';
  return SPECIAL.test(character) || character === '[' || character === ']' ? `\\${character}` : character;
}
