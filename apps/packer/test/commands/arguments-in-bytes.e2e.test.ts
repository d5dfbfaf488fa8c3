import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { buildBlend } from '../support/build-project.ts';
import { readTree } from '../support/read-tree.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const run = promisify(execFile);
/** A shell can give bytes as arguments; Node gives text. */
const SCRIPT = String.raw`
  cd "$1" && project=$(printf 'pr\363ject') && shift
  "$@" pack "$project/$(printf 'sh\366t').blend" pack --project="$project" --no-cache --quiet`;

describe.skipIf(process.platform !== 'linux')('arguments that are no UTF-8', () => {
  it('name the file to pack and its project', async () => {
    await using directory = await temporaryDirectory();
    const project = Buffer.from(`${directory.path}/pr\xf3ject`, 'latin1');
    const at = (name: string): Buffer => Buffer.concat([project, Buffer.from(`/${name}`, 'latin1')]);
    await mkdir(project);
    await writeFile(at('sh\xf6t.blend'), buildBlend({ images: { a: '//\xff.png' } }));
    await writeFile(at('\xff.png'), 'image');
    const node = [process.execPath, '--conditions=@waybill/source', MAIN];
    await run('sh', ['-c', SCRIPT, 'sh', directory.path, ...node]);
    expect(Object.keys(await readTree(join(directory.path, 'pack')))).toEqual([
      ...['pack-info.txt', 'pack-manifest.json', 'sh\\xf6t.blend', '\\xff.png'],
    ]);
  });
});
