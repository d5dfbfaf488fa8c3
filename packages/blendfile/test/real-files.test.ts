import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlendEdits, leafFields, openBlendFile, rewriteBlendFile } from '../src/index.ts';
import { collect } from './support/collect.ts';

/** Data of others, read where it is there: see docs/testing.md. */
const data = process.env['WAYBILL_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data');
const folder = resolve(data, 'blend/bat');
const files = globSync('**/*.blend', { cwd: folder }).filter((name) => basename(name) !== 'corrupt_only_magic.blend');

const sha256 = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

describe.skipIf(!existsSync(folder))('files of many Blenders (WAYBILL_TEST_DATA)', () => {
  it.each(files)('%s: every block is its structs, every name is read', async (name) => {
    await using file = await openBlendFile(resolve(folder, name));
    const { blocks } = file;
    let names = 0;
    for (let block = 0; block < blocks.length - 1; block += 1) {
      const struct = file.structOf(block);
      if (struct === undefined) continue;
      expect(struct.sizeBytes * blocks.count(block), `block ${block}`).toBe(blocks.bodyLength(block));
      if (struct.findField('id.name') === undefined) continue;
      const kind = (await file.view(block)).text('id.name').slice(0, 2);
      const code = blocks.code(block);
      // Node trees inside others are DATA; screens have the code SN since 2.80, and SR in their names.
      expect(code === 'DATA' ? 'NT GR' : code === 'SN' ? 'SR' : code, `block ${block}`).toContain(kind);
      names += 1;
    }
    expect(names).toBeGreaterThan(3);
  });

  it.each(files)('%s: pointers of datablocks lead to blocks of the file', async (name) => {
    await using file = await openBlendFile(resolve(folder, name));
    let found = 0;
    for (const block of file.blocks.datablocks()) {
      if (file.structOf(block) === undefined) continue;
      const view = await file.view(block);
      for (const field of leafFields(view.struct)) {
        if (field.pointerDepth > 0 && field.length === 1 && file.target(view, field) >= 0) found += 1;
      }
    }
    expect(found).toBeGreaterThan(10);
  });

  it.each(files)('%s: a rewrite changes one field and no other byte', async (name) => {
    await using file = await openBlendFile(resolve(folder, name));
    const block = file.blocks.firstWithCode('WM');
    const view = await file.view(block >= 0 ? block : file.blocks.firstWithCode('SC'));
    const old = view.number('id.us');
    const change = new BlendEdits(file);
    change.setNumber(view, 'id.us', old + 1);
    const chunks: Uint8Array[] = [];
    for await (const chunk of rewriteBlendFile(file, change)) chunks.push(chunk);
    await using changed = await openBlendFile(Buffer.concat(chunks));
    expect(changed.compression).toBe(file.compression);
    const back = new BlendEdits(changed);
    back.setNumber(await changed.view(view.block), 'id.us', old);
    await using restored = await openBlendFile(await collect(rewriteBlendFile(changed, back)));
    const [before, after] = [file, restored].map(({ content }) => ({ read: content.read(0, content.sizeBytes) }));
    expect(Buffer.compare(await before!.read, await after!.read)).toBe(0);
    const hash = await sha256(rewriteBlendFile(changed, back));
    expect(await sha256(rewriteBlendFile(changed, back))).toBe(hash);
  });

  it('refuses the file that ends after its header', async () => {
    const opening = openBlendFile(resolve(folder, 'corrupt_only_magic.blend'));
    await expect(opening).rejects.toThrow(expect.objectContaining({ code: 'ERR_SDNA_INVALID', offset: 36 }));
  });
});
