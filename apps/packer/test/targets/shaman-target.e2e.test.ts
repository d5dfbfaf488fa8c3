import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { ShamanTarget } from '../../src/targets/shaman-target.ts';
import { PackTargetInvalidError } from '../../src/targets/target-errors.ts';
import { startShaman } from '../support/shaman-process.ts';
import { noise, pieceEntry, sendAll } from '../support/target-harness.ts';

describe('ShamanTarget', () => {
  it('checks a pack out, and the next time sends no byte of a body', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startShaman(directory.path);
    const entries = [
      pieceEntry('tex/a.png', noise('a', 300_000)),
      pieceEntry('tex/same as a.png', noise('a', 300_000)),
      pieceEntry('shot.blend', noise('b', 10_000)),
    ];
    const url = `${server.url.replace('http:', 'shaman+http:')}/#show-010`;
    const first = await sendAll(new ShamanTarget({ url }), entries);
    expect([...first.done].map(([place, { how }]) => [place, how]).sort()).toEqual([
      ['pack-info.txt', 'sent'],
      ['pack-manifest.json', 'sent'],
      ['shot.blend', 'sent'],
      ['tex/a.png', 'sent'],
      ['tex/same as a.png', 'present'],
    ]);
    expect(first.sent.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#show-010/);
    const checkout = join(directory.path, 'jobs', String(first.sent.details?.['checkoutPath']));
    expect((await readFile(join(checkout, 'tex/same as a.png'))).equals(noise('a', 300_000))).toBe(true);
    const second = await sendAll(new ShamanTarget({ url }), entries);
    expect(second.sentBytes).toBe(0);
    expect(second.sent.details).toMatchObject({ bodies: 0, sentBytes: 0, protocol: 'v3' });
  });

  it('stores files without a checkout where none is named', async () => {
    await using directory = await temporaryDirectory();
    await using server = await startShaman(directory.path);
    const target = new ShamanTarget({ url: `${server.url.replace('http:', 'shaman+http:')}/` });
    const { sent } = await sendAll(target, [pieceEntry('a.bin', noise('a', 10))]);
    expect(sent.details?.['checkoutPath']).toBeNull();
  });

  it('shows no password, and refuses what is no URL', () => {
    const target = new ShamanTarget({ url: 'shaman://me:secret@farm.example/path/#job' });
    expect(target.name).toBe('https://farm.example/path/#job');
    expect(() => new ShamanTarget({ url: 'shaman:///' })).toThrow(PackTargetInvalidError);
  });
});
