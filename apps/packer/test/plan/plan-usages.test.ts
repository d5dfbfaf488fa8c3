import { describe, expect, it } from 'vitest';
import { Placement } from '../../src/plan/assign-places.ts';
import { findRewrites } from '../../src/plan/find-rewrites.ts';
import { AssetPathTooLongError } from '../../src/plan/plan-errors.ts';
import { type Selection, selectUsages, type SelectOptions } from '../../src/plan/select-usages.ts';
import type { Usage } from '../../src/trace/usage.ts';
import { type FakeUsage, fakeUsage, ROOT } from '../support/fake-usage.ts';

interface Planned {
  selection: Selection;
  /** Latin-1, by source. */
  places: Record<string, string>;
  /** By holder and stored path. */
  rewrites: Record<string, string>;
}

function planned(fakes: readonly FakeUsage[], options: SelectOptions = {}): Planned {
  const root = Buffer.from(ROOT);
  const selection = selectUsages(root, fakes.map(fakeUsage), options);
  const packed = [...selection.packed.values()].flat();
  const placement = new Placement(root, Buffer.from('/project'), packed);
  const rewrites = [...findRewrites(selection, placement).values()].flat();
  return {
    selection,
    places: Object.fromEntries(
      packed.flatMap(({ files }) => files.map(({ path }) => [path.toString('latin1'), placement.placeOf(path)])),
    ),
    rewrites: Object.fromEntries(rewrites.map(({ usage, newPath }) => [textOf(usage), newPath.toString()])),
  };
}

function textOf({ holder, stored }: Usage): string {
  const text = stored.toString('latin1');
  return holder.toString() === ROOT ? text : `${holder.toString()} ${text}`;
}

describe('places', () => {
  it('stay as they are in the project, and nothing is set anew', () => {
    const { places, rewrites } = planned([{ stored: '//tex/a.png', absolute: '/project/tex/a.png' }]);
    expect(places).toEqual({ '/project/tex/a.png': 'tex/a.png' });
    expect(rewrites).toEqual({});
  });

  it('are below _outside_project for what lies elsewhere, and paths lead there', () => {
    const { places, rewrites } = planned([
      { stored: '//../shared/a.png', absolute: '/shared/a.png' },
      { stored: '/project/tex/b.png', absolute: '/project/tex/b.png' },
    ]);
    expect(places['/shared/a.png']).toBe('_outside_project/shared/a.png');
    expect(rewrites).toEqual({
      '//../shared/a.png': '//_outside_project/shared/a.png',
      '/project/tex/b.png': '//tex/b.png',
    });
  });

  it('of a library that moved change the paths in it, back into the project and beside it', () => {
    const { rewrites } = planned([
      { stored: '//../lib/lib.blend', absolute: '/lib/lib.blend', kind: 'library' },
      { holder: '/lib/lib.blend', stored: '//../project/tex/a.png', absolute: '/project/tex/a.png' },
      { holder: '/lib/lib.blend', stored: '//tex/b.png', absolute: '/lib/tex/b.png' },
    ]);
    expect(rewrites).toEqual({
      '//../lib/lib.blend': '//_outside_project/lib/lib.blend',
      '/lib/lib.blend //../project/tex/a.png': '//../../tex/a.png',
    });
  });

  it('never differ in case alone, neither of files nor of folders, in whatever order they were found', () => {
    const usages = [
      { stored: '//Tex/a.png', absolute: '/project/Tex/a.png' },
      { stored: '//tex/b.png', absolute: '/project/tex/b.png' },
      { stored: '//Tex/A.png', absolute: '/project/Tex/A.png' },
    ];
    const { places, rewrites } = planned(usages);
    expect(places).toEqual({
      '/project/Tex/A.png': 'Tex/A.png',
      '/project/Tex/a.png': '_outside_project/_2/Tex/a.png',
      '/project/tex/b.png': '_outside_project/_3/tex/b.png',
    });
    expect(rewrites['//tex/b.png']).toBe('//_outside_project/_3/tex/b.png');
    expect(planned(usages.toReversed()).places).toEqual(places);
  });

  it('of a sequence keep together when one of its files cannot stay', () => {
    const frames = ['/project/Tex/a.0001.png', '/project/Tex/a.0002.png'];
    const { places, rewrites } = planned([
      { stored: '//TEX/A.0002.PNG', absolute: '/project/TEX/A.0002.PNG' },
      { stored: '//Tex/a.0001.png', absolute: '/project/Tex/a.0001.png', kind: 'sequence', files: frames },
    ]);
    expect(places).toEqual({
      '/project/TEX/A.0002.PNG': 'TEX/A.0002.PNG',
      '/project/Tex/a.0001.png': '_outside_project/_2/Tex/a.0001.png',
      '/project/Tex/a.0002.png': '_outside_project/_2/Tex/a.0002.png',
    });
    expect(rewrites).toEqual({ '//Tex/a.0001.png': '//_outside_project/_2/Tex/a.0001.png' });
  });

  it('are free of bytes that are no UTF-8, and the path is set to match', () => {
    const { places, rewrites } = planned([{ stored: '//gr\xfcn.png', absolute: '/project/gr\xfcn.png' }]);
    expect(places).toEqual({ '/project/gr\xfcn.png': 'gr%FCn.png' });
    expect(rewrites).toEqual({ '//gr\xfcn.png': '//gr%FCn.png' });
  });

  it('do not take the names of the files that come with a pack', () => {
    const { places } = planned([{ stored: '//pack-info.txt', absolute: '/project/pack-info.txt' }]);
    expect(places).toEqual({ '/project/pack-info.txt': '_outside_project/_2/pack-info.txt' });
  });

  it('of files that no field names are beside the file whose name they follow from, also where that moves', () => {
    const { places, rewrites } = planned([
      { stored: '//LIB.blend', absolute: '/project/LIB.blend', kind: 'library' },
      { stored: '//lib.blend', absolute: '/project/lib.blend', kind: 'library' },
      {
        holder: '/project/lib.blend',
        stored: '//blendcache_lib',
        absolute: '/project/blendcache_lib',
        files: ['/project/blendcache_lib/1.bphys'],
        kind: 'cache',
        isFixed: true,
      },
    ]);
    expect(places['/project/blendcache_lib/1.bphys']).toBe('_outside_project/_2/blendcache_lib/1.bphys');
    expect(rewrites).toEqual({ '//lib.blend': '//_outside_project/_2/lib.blend' });
  });

  it('of what a packed library needs are found from where the library would be', () => {
    const library = { stored: '//../lib/lib.blend', absolute: '/lib/lib.blend', isPacked: true, files: [] };
    const image = { base: '/lib/lib.blend', stored: '//a.png', absolute: '/lib/a.png' };
    const { rewrites } = planned([{ ...library, kind: 'library' }, image]);
    expect(rewrites).toEqual({ '//../lib/lib.blend': '//_outside_project/lib/lib.blend' });
    expect(planned([{ ...library, kind: 'library' }]).rewrites).toEqual({});
  });

  it('keep the separator at the end of a path of a folder', () => {
    const files = ['/cache/fluid/data/a.vdb', '/cache/fluid/b.vdb'];
    const { rewrites } = planned([{ stored: '//../cache/fluid/', absolute: '/cache/fluid', kind: 'directory', files }]);
    expect(rewrites).toEqual({ '//../cache/fluid/': '//_outside_project/cache/fluid/' });
  });
});

describe('a path that is too long for its field', () => {
  const folder = `/elsewhere/${'deep/'.repeat(30)}`;

  it('makes its file go to a shorter place, with those that belong to it', () => {
    const files = [`${folder}a.1.png`, `${folder}a.2.png`];
    const usage = { stored: `/${folder}a.1.png`, absolute: `${folder}a.1.png`, kind: 'sequence', files } as const;
    const { places, rewrites } = planned([{ ...usage, sizeBytes: 64 }]);
    expect(places[`${folder}a.2.png`]).toMatch(/^_outside_project\/_s\/[0-9a-f]{8}\/a\.2\.png$/);
    expect(rewrites[usage.stored]).toBe(`//${places[`${folder}a.1.png`] ?? ''}`);
  });

  it('is an error where the shortest place is too long', () => {
    const usage = { stored: `${folder}a.png`, absolute: `${folder}a.png`, sizeBytes: 20 };
    expect(() => planned([usage])).toThrow(AssetPathTooLongError);
  });
});

describe('what is packed', () => {
  it('is not what a pattern excludes, nor what only an excluded library needs', () => {
    const { places, selection } = planned(
      [
        { stored: '//a.abc', absolute: '/project/a.abc', name: 'CFa' },
        { stored: '//lib.blend', absolute: '/project/lib.blend', kind: 'library', name: 'LIlib' },
        { holder: '/project/lib.blend', stored: '//b.png', absolute: '/project/b.png' },
      ],
      { exclude: ['*.abc', 'lib.*'] },
    );
    expect(places).toEqual({});
    expect(selection.leftOut.map(({ usage, reason }) => [usage.datablock.name, reason])).toEqual([
      ['CFa', 'excluded'],
      ['LIlib', 'excluded'],
    ]);
  });

  it('is not what is referred to by an absolute path, where that was asked for', () => {
    const { places, selection } = planned(
      [
        { stored: '/shared/a.png', absolute: '/shared/a.png' },
        { stored: '//b.png', absolute: '/project/b.png' },
      ],
      { relativeOnly: true },
    );
    expect(Object.keys(places)).toEqual(['/project/b.png']);
    expect(selection.leftOut).toMatchObject([{ reason: 'absolute-path' }]);
  });

  it('is missing where no file was found, unless it is packed in the file or may be absent', () => {
    const { selection } = planned([
      { stored: '//a.png', absolute: '/project/a.png', files: [] },
      { stored: '//b.png', absolute: '/project/b.png', files: [], isPacked: true },
      { stored: '//c.png', absolute: '/project/c.png', files: [], isOptional: true },
      { holder: '/never/linked.blend', stored: '//d.png', absolute: '/never/d.png', files: [] },
    ]);
    expect(selection.missing.map(({ stored }) => stored.toString())).toEqual(['//a.png']);
  });
});
