import { existsSync, globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlendEdits, openBlendFile, rewriteBlendFile } from '@waybill/blendfile';
import { applyUsage } from '../../src/trace/apply-usage.ts';
import { openBlend } from '../../src/trace/open-blend.ts';
import { shown, traced } from './support/blends.ts';

/** Data of others, read where it is there: see docs/testing.md. */
const shared = process.env['WAYBILL_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../../../shared/data');
const folder = resolve(shared, 'blend/bat');
const files = globSync('**/*.blend', { cwd: folder }).filter((name) => basename(name) !== 'corrupt_only_magic.blend');

describe.skipIf(!existsSync(folder))('files of many Blenders (WAYBILL_TEST_DATA)', () => {
  it.each([
    ['alembic-sequence-user.blend', [/^CFclothsim_alembic .*: clothsim\.030\.abc .* clothsim\.035\.abc$/]],
    [
      'image_sequencer.blend',
      [
        /^SCScene \/\/imgseq\/: imgseq\/000210\.png .*000214\.png$/,
        /^SCScene .*tiny\.mkv: missing$/,
        /^SOvideo-tiny\.mkv/,
      ],
    ],
    ['meshcache-user.blend', [/^OBPlane \/\/meshcache\.mdd: meshcache\.mdd$/]],
    ['multires_external.blend', [/^MECube \/\/Cube\.btx: Cube\.btx$/]],
    [
      'subdir/doubly_linked_up-windows.blend',
      [/^LILib .*linked_cube\.blend$/, /^LILib\.002 .*missing$/, /^LILib \/\/basic_file\.blend/],
    ],
    ['subdir/image_sequence_dir_up.blend', [/^SCScene \/\/\.\.\/imgseq\/: imgseq\/000210\.png/]],
    ['udim/v01_UDIM_BAT_debugging.blend', [/^IMcube_UDIM\.color .*1001\.png .*1002\.png .*1003\.png$/]],
    ['T55539-particles/particle.blend', [/^OBCube \/\/blendcache_particle: (?:\S+ ){26}\S+$/]],
    ['T55542-smoke/smoke_cache_vdb.blend', [/^OBSmoke Domain \/\/blendcache_smoke_cache_vdb: (?:\S+ ){9}\S+$/]],
    ['basic_file.blend', []],
  ])('%s: what it depends on is found', async (name, expected) => {
    const lines = shown(await traced(resolve(folder, name)), folder);
    expect(lines.length).toBe(expected.length);
    expected.forEach((pattern, index) => expect(lines[index]).toMatch(pattern));
  });

  it.each(files)('%s: every path can be set, and is found again', async (name) => {
    const path = resolve(folder, name);
    const usages = (await traced(path)).filter(({ holder, fields }) => holder.toString() === path && fields.length > 0);
    await using file = await openBlend(Buffer.from(path));
    const edits = new BlendEdits(file);
    for (const [index, usage] of usages.entries())
      await applyUsage(edits, file, usage, Buffer.from(`//moved/${index}.x`));
    const pieces: Uint8Array[] = [];
    for await (const piece of rewriteBlendFile(file, edits)) pieces.push(Uint8Array.from(piece));
    await using moved = await openBlendFile(Buffer.concat(pieces));
    for (const { fields } of usages) {
      for (const { block, struct, path: field } of fields) {
        const view = await moved.view(block, { struct: moved.dna.findStruct(struct) });
        expect(view.text(field)).toMatch(/^(?:\/\/moved\/(?:\d+\.x)?|\d+\.x)$/);
      }
    }
  });
});
