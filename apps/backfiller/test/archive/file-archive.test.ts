import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ContentDigestMismatchError, ContentLengthMismatchError, tempMark } from '@waybill/common';
import { sha256 } from '@waybill/digest';
import { combineDigests, tombstoneName } from '@waybill/segments';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../../src/archive/archive.ts';
import { ArchiveNameInvalidError, PathComponentInvalidError } from '../../src/archive/archive-errors.ts';
import { HOUR, makeChat, makeSegment, openArchive, putFile, putSegment } from './support.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const inHour = (base: string): string => path.join(base, 'demo/source', HOUR);

async function* streamOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* chunks;
}

describe('publishSegment', () => {
  it('puts verified content under its final name, creates the hour and tells the listeners', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path, { durability: 'full' });
    const events: PublishedEvent[] = [];
    archive.onPublished((event) => events.push(event));
    const segment = makeSegment(0);
    expect(await archive.publishSegment(segment.address, segment.content)).toEqual({
      outcome: 'published',
      sizeBytes: segment.content.length,
    });
    expect(new Uint8Array(await readFile(path.join(inHour(base.path), segment.name)))).toEqual(segment.content);
    expect(await readdir(inHour(base.path))).toEqual([segment.name]);
    expect(events).toMatchObject([segment.address]);
  });

  it('takes content as a stream, CR, LF, NUL and high bytes unchanged', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const content = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    const name = makeSegment(0).name.replace(
      /full-.*/,
      `full-${Buffer.from(sha256(content).bytes).toString('base64url')}.ts`,
    );
    const address = { ...makeSegment(0).address, name };
    await archive.publishSegment(address, streamOf(content.subarray(0, 13), content.subarray(13)));
    expect(new Uint8Array(await readFile(path.join(inHour(base.path), name)))).toEqual(content);
  });

  it('leaves an existing file alone and lets the source go', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const segment = makeSegment(0);
    await putFile(base.path, `demo/source/${HOUR}/${segment.name}`, 'old');
    const events: PublishedEvent[] = [];
    archive.onPublished((event) => events.push(event));
    let released = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('must not be read')),
        return: async () => ((released = true), { done: true as const, value: undefined }),
      }),
    };
    expect(await archive.publishSegment(segment.address, source)).toEqual({ outcome: 'exists', sizeBytes: 3 });
    expect(await readFile(path.join(inHour(base.path), segment.name), 'utf8')).toBe('old');
    expect([released, events]).toEqual([true, []]);
  });

  it('refuses wrong content and wrong sizes and leaves nothing behind', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const { address, content } = makeSegment(0);
    await expect(archive.publishSegment(address, bytes('other'))).rejects.toBeInstanceOf(ContentDigestMismatchError);
    await expect(archive.publishSegment(address, streamOf(bytes('other')))).rejects.toBeInstanceOf(
      ContentDigestMismatchError,
    );
    await expect(archive.publishSegment(address, streamOf(content), { expectedSizeBytes: 1 })).rejects.toBeInstanceOf(
      ContentLengthMismatchError,
    );
    expect(await readdir(inHour(base.path))).toEqual([]);
  });

  it('writes under a temp name that every wubloader program skips', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const { address, content, name } = makeSegment(0);
    let during: string[] = [];
    async function* observed(): AsyncGenerator<Uint8Array> {
      during = await readdir(inHour(base.path));
      yield content;
    }
    await archive.publishSegment(address, observed());
    expect(during).toHaveLength(1);
    expect(during[0]).toMatch(new RegExp(`^00:00\\.000000-2\\.0-temp-waybill\\.${tempMark()}\\.\\d+\\.ts$`));
    expect(await readdir(inHour(base.path))).toEqual([name]);
  });

  it('stops at an abort and removes what it wrote', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const stop = new AbortController();
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield bytes('x');
      stop.abort(new Error('stopped'));
      yield bytes('x');
    }
    await expect(archive.publishSegment(makeSegment(0).address, endless(), { signal: stop.signal })).rejects.toThrow(
      'stopped',
    );
    expect(await readdir(inHour(base.path))).toEqual([]);
  });

  it('refuses temp names, foreign names and names that lead elsewhere', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const { address } = makeSegment(0);
    for (const name of ['00:00.000000-2.0-temp-abc.ts', 'notes.txt', 'x.tombstone']) {
      await expect(archive.publishSegment({ ...address, name }, bytes(''))).rejects.toBeInstanceOf(
        ArchiveNameInvalidError,
      );
    }
    for (const channel of ['..', '.waybill', '../../x']) {
      await expect(archive.publishSegment({ ...address, channel }, bytes(''))).rejects.toBeInstanceOf(
        PathComponentInvalidError,
      );
    }
    expect(await readdir(base.path)).toEqual([]);
  });

  it('publishes chat batches with the digest of their name', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const chat = makeChat(0, [{ time: 1 }]);
    await expect(archive.publishSegment(chat.address, bytes('{}'))).rejects.toBeInstanceOf(ContentDigestMismatchError);
    expect(await archive.publishSegment(chat.address, chat.content)).toMatchObject({ outcome: 'published' });
    expect((await archive.listHour('demo', 'chat', HOUR)).names).toEqual([chat.name]);
  });
});

describe('publishTombstone', () => {
  it('creates an empty file, and the hour directory where it is absent', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const segment = makeSegment(0);
    const address = { ...segment.address, name: tombstoneName(segment.name) };
    expect(await archive.publishTombstone(address)).toEqual({ outcome: 'published', sizeBytes: 0 });
    expect(await archive.publishTombstone(address)).toEqual({ outcome: 'exists', sizeBytes: 0 });
    expect((await archive.listHour('demo', 'source', HOUR)).names).toEqual([address.name]);
  });

  it('hides the segment, whose content stays', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const segment = makeSegment(0);
    await archive.publishSegment(segment.address, segment.content);
    await archive.publishTombstone({ ...segment.address, name: tombstoneName(segment.name) });
    expect((await archive.listHour('demo', 'source', HOUR)).names).toEqual([tombstoneName(segment.name)]);
    expect((await archive.open(segment.address))?.bytes).toEqual(Buffer.from(segment.content));
  });

  it('refuses a name that is no tombstone of a segment', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    for (const name of ['a.tombstone', 'a.ts', '../x.tombstone']) {
      await expect(archive.publishTombstone({ ...makeSegment(0).address, name })).rejects.toBeInstanceOf(
        ArchiveNameInvalidError,
      );
    }
  });
});

describe('extras', () => {
  it('are published below their directory, listed recursively and opened again', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    expect(await archive.publishExtra('emotes', '12/dark/3.0', bytes('gif'))).toMatchObject({ outcome: 'published' });
    await archive.publishExtra('emotes', 'a.png', streamOf(bytes('png')));
    expect(await archive.listExtras('emotes')).toEqual(['12/dark/3.0', 'a.png']);
    expect((await archive.openExtra('emotes', '12/dark/3.0'))?.bytes).toEqual(Buffer.from('gif'));
    expect(await archive.openExtra('emotes', '12/none')).toBeUndefined();
    expect(await archive.openExtra('emotes', '12')).toBeUndefined();
  });

  it('are never replaced, not even by a writer who began before the file was there', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    async function* late(): AsyncGenerator<Uint8Array> {
      await archive.publishExtra('emotes', 'a', bytes('first'));
      yield bytes('second');
    }
    expect(await archive.publishExtra('emotes', 'a', late())).toEqual({ outcome: 'exists', sizeBytes: 5 });
    expect(await readFile(path.join(base.path, 'emotes/a'), 'utf8')).toBe('first');
    expect(await readdir(path.join(base.path, 'emotes'))).toEqual(['a']);
  });

  it('leave out hidden files and unfinished writes of anybody, and do not follow links in circles', async () => {
    await using base = await temporaryDirectory();
    await putFile(base.path, 'emotes/a');
    for (const other of [
      '.hidden',
      'b.5b5b4f0e-1d6f-4d0a-9f43-0d0d7f1f9f0a.temp',
      `c.waybill.${tempMark()}.7.temp`,
      '.git/config',
    ]) {
      await putFile(base.path, `emotes/${other}`);
    }
    await symlink('..', path.join(base.path, 'emotes/loop'));
    await symlink('a', path.join(base.path, 'emotes/link'));
    await using archive = await openArchive(base.path, { sweep: false });
    expect(await archive.listExtras('emotes')).toEqual(['a', 'link']);
    expect(await archive.listExtras('absent')).toEqual([]);
  });

  it('refuse paths that lead elsewhere', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    for (const bad of ['../x', '/etc/passwd', 'a/../../x', '.hidden']) {
      await expect(archive.publishExtra('emotes', bad, bytes('x'))).rejects.toBeInstanceOf(PathComponentInvalidError);
      await expect(archive.openExtra('emotes', bad)).rejects.toBeInstanceOf(PathComponentInvalidError);
    }
    await expect(archive.listExtras('..')).rejects.toBeInstanceOf(PathComponentInvalidError);
    expect(existsSync(path.join(base.path, 'emotes'))).toBe(false);
  });
});

describe('listings', () => {
  it('show visible directories, links to directories included, and valid hours only', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await mkdir(path.join(base.path, '.waybill'));
    for (const other of [
      'emotes/1',
      'stray.txt',
      'demo/480p/2024-03-01T11/x',
      'demo/480p/lost+found/x',
      'demo/480p/2024-13-01T00/x',
      'demo/480p/2024-03-01T12',
    ]) {
      await putFile(base.path, other);
    }
    await symlink('demo', path.join(base.path, 'linked'));
    await using archive = await openArchive(base.path);
    expect(await archive.listChannels()).toEqual(['demo', 'emotes', 'linked']);
    expect(await archive.listQualities('demo')).toEqual(['480p', 'source']);
    expect(await archive.listHours('demo', '480p')).toEqual(['2024-03-01T11']);
  });

  it('are empty where there is nothing, the base included', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(path.join(base.path, 'later'));
    expect(await archive.listChannels()).toEqual([]);
    expect(await archive.listQualities('x')).toEqual([]);
    expect(await archive.listHours('x', 'y')).toEqual([]);
    expect((await archive.listHour('x', 'y', HOUR)).names).toEqual([]);
    const segment = makeSegment(0);
    await archive.publishSegment(segment.address, segment.content);
    expect(await archive.listChannels()).toEqual(['demo']);
  });
});

describe('digests', () => {
  it('combine hours to qualities and qualities to the root', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    for (const made of [
      makeSegment(0),
      makeSegment(0, { hour: '2024-03-01T11' }),
      makeSegment(0, { quality: '480p' }),
    ]) {
      await archive.publishSegment(made.address, made.content);
    }
    await putFile(base.path, 'emotes/12/3.0');
    const quality = await archive.qualityDigest('demo', 'source');
    expect([...quality.hours.keys()]).toEqual([HOUR, '2024-03-01T11']);
    const { digest } = await archive.listHour('demo', 'source', HOUR);
    expect(quality.hours.get(HOUR)).toEqual({ digest, count: 1 });
    expect(quality.digest).toBe(combineDigests([...quality.hours].map(([hour, entry]) => [hour, entry.digest])));
    const root = await archive.rootDigest();
    expect([...root.qualities.keys()]).toEqual(['demo/480p', 'demo/source']);
    expect(root.digest).toBe(combineDigests(root.qualities));
  });

  it('change with every segment and every tombstone, and not with temp files', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const seen = new Set<string>();
    const segment = makeSegment(0);
    seen.add((await archive.rootDigest()).digest);
    await archive.publishSegment(segment.address, segment.content);
    const published = (await archive.rootDigest()).digest;
    seen.add(published);
    await writeFile(path.join(inHour(base.path), '00:02.0-2.0-temp-x.ts'), '');
    expect((await archive.rootDigest()).digest).toBe(published);
    await archive.publishTombstone({ ...segment.address, name: tombstoneName(segment.name) });
    seen.add((await archive.rootDigest()).digest);
    expect(seen.size).toBe(3);
  });
});

describe('setAside', () => {
  it('renames a corrupt segment to a partial with the digest that it has', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path, { durability: 'full' });
    const segment = makeSegment(3.5);
    await putFile(base.path, `demo/source/${HOUR}/${segment.name}`, 'rotten');
    const actual = sha256(bytes('rotten'));
    const name = await archive.setAside(segment.address, actual);
    expect(name).toBe(`00:03.500000-2.0-partial-${Buffer.from(actual.bytes).toString('base64url')}.ts`);
    expect(await readdir(inHour(base.path))).toEqual([name]);
    expect(await archive.publishSegment(segment.address, segment.content)).toMatchObject({ outcome: 'published' });
  });

  it('renames corrupt chat so that no listing shows it, each time under another name', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const chat = makeChat(0, [{ time: 1 }]);
    for (const expected of [`${chat.name}.corrupt`, `${chat.name}.corrupt2`]) {
      await putFile(base.path, `demo/chat/${HOUR}/${chat.name}`, 'rotten');
      expect(await archive.setAside(chat.address, sha256(bytes('rotten')))).toBe(expected);
    }
    expect((await archive.listHour('demo', 'chat', HOUR)).names).toEqual([]);
  });

  it('refuses to set aside what is what its name says', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const segment = makeSegment(0);
    await archive.publishSegment(segment.address, segment.content);
    await expect(archive.setAside(segment.address, sha256(segment.content))).rejects.toMatchObject({
      code: 'ERR_SET_ASIDE_REFUSED',
    });
  });
});

describe('deleteHour', () => {
  it('removes segments, chat and temp files, and the directory', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const names = [makeSegment(0).name, makeSegment(2).name, '00:04.0-2.0-temp-x.ts', '00:00-x.json'];
    for (const name of names) await putFile(base.path, `demo/source/${HOUR}/${name}`);
    expect(await archive.deleteHour('demo', 'source', HOUR)).toEqual({ deleted: names.sort(), left: [] });
    expect(await archive.listHours('demo', 'source')).toEqual([]);
  });

  it('leaves tombstones, what they hide and foreign files, and says so', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    const [a, b] = [makeSegment(0).name, makeSegment(2).name];
    for (const name of [a, b, tombstoneName(b), 'notes.txt']) await putFile(base.path, `demo/source/${HOUR}/${name}`);
    expect(await archive.deleteHour('demo', 'source', HOUR)).toEqual({
      deleted: [a],
      left: [tombstoneName(b), b, 'notes.txt'],
    });
    expect((await readdir(inHour(base.path))).length).toBe(3);
  });

  it('does nothing where there is no such hour, and refuses what is no hour', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path);
    expect(await archive.deleteHour('demo', 'source', HOUR)).toEqual({ deleted: [], left: [] });
    await expect(archive.deleteHour('demo', 'source', '..')).rejects.toBeInstanceOf(PathComponentInvalidError);
  });

  it('lets the hour be filled again', async () => {
    await using base = await temporaryDirectory();
    await using archive = await openArchive(base.path, { durability: 'full' });
    const segment = makeSegment(0);
    await archive.publishSegment(segment.address, segment.content);
    await archive.deleteHour('demo', 'source', HOUR);
    expect(await archive.publishSegment(segment.address, segment.content)).toMatchObject({ outcome: 'published' });
  });
});

describe('sweep', () => {
  it('removes temp files of a process that is gone, and nobody else’s', async () => {
    await using base = await temporaryDirectory();
    const gone = tempMark().replace(/s\d+$/, 's1');
    const abandoned = [`00:00.0-2.0-temp-waybill.${gone}.1.ts`, `x.json.waybill.${gone}.2.temp`];
    const others = [
      '00:02.0-2.0-temp-5b5b4f0e-1d6f-4d0a-9f43-0d0d7f1f9f0a.ts',
      `00:04.0-2.0-temp-waybill.${tempMark()}.3.ts`,
      '00:06.0-2.0-temp-waybill.stranger.1.ts',
      makeSegment(0).name,
    ];
    for (const name of [...abandoned, ...others]) await putFile(base.path, `demo/source/${HOUR}/${name}`);
    const swept = Promise.withResolvers<readonly string[]>();
    await using archive = await openArchive(base.path, { onSwept: swept.resolve });
    expect((await swept.promise).map((file) => path.basename(file)).sort()).toEqual(abandoned.sort());
    expect(await readdir(inHour(archive.baseDirectory))).toEqual(others.sort());
  });

  it('reaches every place where this program writes', async () => {
    await using base = await temporaryDirectory();
    const gone = tempMark().replace(/s\d+$/, 's1');
    const places = ['', '.waybill/', 'demo/', 'demo/source/', `demo/source/${HOUR}/`, 'emotes/1/dark/', `x/${HOUR}/`];
    const abandoned = places.map((place) => `${place}x.waybill.${gone}.1.temp`);
    for (const file of abandoned) await putFile(base.path, file);
    const swept = Promise.withResolvers<readonly string[]>();
    await using archive = await openArchive(base.path, { onSwept: swept.resolve });
    const removed = (await swept.promise).map((file) => path.relative(archive.baseDirectory, file));
    expect(removed.sort()).toEqual(abandoned.sort());
  });

  it('is done also where nobody wants to know what was removed', async () => {
    await using base = await temporaryDirectory();
    const gone = tempMark().replace(/s\d+$/, 's1');
    await putFile(base.path, `demo/source/${HOUR}/x.json.waybill.${gone}.1.temp`);
    await using archive = await openArchive(base.path);
    await archive.swept();
    expect(await readdir(inHour(archive.baseDirectory))).toEqual([]);
  });
});
