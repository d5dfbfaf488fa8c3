import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { BlendEdits, openBlendFile, saveBlendFile } from '../src/index.ts';

const fixture = join(import.meta.dirname, 'fixtures/scene-3.4.blend');
const zstd = readFileSync(fixture);
const plain = zstdDecompressSync(zstd);

/** Prints what Blender finds in the file that it has opened. */
const SHOW = `
import bpy, json
thing = bpy.data.objects["Thing1"]
print("FOUND " + json.dumps({
  "images": [i.filepath for i in bpy.data.images if i.users],
  "texts": [t.filepath for t in bpy.data.texts],
  "location": list(thing.location), "parent": thing.parent.name,
  "materials": [m.name for m in thing.data.materials],
  "modifiers": [m.name for m in bpy.data.objects["Thing2"].modifiers],
}))
`;

describe('Blender', () => {
  it.for([
    { name: 'zstd with a seek table', stored: zstd },
    { name: 'zstd as one frame', stored: zstdCompressSync(plain) },
    { name: 'gzip', stored: gzipSync(plain) },
    { name: 'plain', stored: plain },
  ])('opens a rewritten file that is $name, and finds the new values in it', async ({ stored }, test) => {
    await using folder = await temporaryDirectory();
    const source = join(folder.path, 'source.blend');
    const target = join(folder.path, 'target.blend');
    const script = join(folder.path, 'show.py');
    await writeFile(source, stored);
    await writeFile(script, SHOW);
    await using file = await openBlendFile(source);
    const edits = new BlendEdits(file);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    edits.setText(image, image.struct.firstField('filepath', 'name')!, '//neu/ß.png');
    const text = await file.view(file.blocks.firstWithCode('TX'));
    const long = `//notes/${'n'.repeat(500)}.txt`;
    await edits.replaceText(file.target(text, 'name'), Buffer.from(long));
    const thing = await file.view([...file.blocks.withCode('OB')][1]!);
    edits.setNumber(thing, 'loc[2]', 0.125);
    await saveBlendFile(file, edits, target, { durability: 'none' });

    const args = ['--background', '--factory-startup', '--python-exit-code', '1', target, '--python', script];
    const result = (await runProgram('blender', args)) ?? skipWithout(test, 'Blender');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    const found: unknown = JSON.parse(/^FOUND (.*)$/m.exec(result.stdout)?.[1] ?? 'null');
    expect(found).toEqual({
      ...{ images: ['//neu/ß.png'], texts: [long], location: [1.25, -1.5, 0.125], parent: 'Thing0' },
      ...{ materials: ['Wood', 'Ünïcode'], modifiers: ['My Subsurf', 'My Array', 'My Boolean'] },
    });
  });
});
