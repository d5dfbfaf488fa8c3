import { readFileSync } from 'node:fs';
import path from 'node:path';
import { shellBlocks } from '../../src/docs/shell-blocks.ts';
import { ROOT } from '../images/engine.ts';

/** The one block of shell in a document of docs/operations that begins with a command. */
export function documented(document: string, command: string): string {
  const text = readFileSync(path.join(ROOT, 'docs/operations', document), 'utf8');
  const [block, ...others] = shellBlocks(text).filter(({ code }) => code.startsWith(command));
  if (block === undefined || others.length > 0)
    throw new Error(`${document} has not one block that begins with ${command}`);
  return block.code;
}
