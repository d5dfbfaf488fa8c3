import { manPages } from './man-page.ts';
import { formatReference } from './markdown.ts';
import { describeProgram, PROGRAMS } from './program-description.ts';
import { formatRpcReference } from './rpc-reference.ts';

/** Folders of which every file is generated. */
export const GENERATED_FOLDERS = ['docs/reference', 'docs/man'];

/** All generated documents, by path from the root. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of PROGRAMS) {
    const program = describeProgram(name);
    files.set(`docs/reference/${name}.md`, formatReference(program));
    for (const [file, page] of manPages(program)) files.set(`docs/man/${file}`, page);
  }
  files.set('docs/reference/car-exporter-rpc.md', await formatRpcReference());
  return files;
}
