import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '..');
const PARTS = ['verify.mjs', 'mpegts.mjs', 'index.json', 'media', 'chat', 'emotes'];

function verify(folder: string): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [path.join(folder, 'verify.mjs'), '--quiet'], { encoding: 'utf8' });
}

describe('verify.mjs', () => {
  let copy = '';
  beforeEach(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'waybill-verify-'));
    for (const part of PARTS) cpSync(path.join(FOLDER, part), path.join(copy, part), { recursive: true });
  });
  afterEach(() => {
    rmSync(copy, { recursive: true });
  });

  it('finds the committed stream to be what index.json says', () => {
    expect(verify(FOLDER)).toMatchObject({ status: 0, stdout: '' });
  });

  it('names the file in which one bit has changed', () => {
    const media = path.join(copy, 'media', '480p.mpegts');
    const bytes = readFileSync(media);
    const at = bytes.length - 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(media, bytes);
    const { status, stdout } = verify(copy);
    expect(status).toBe(1);
    expect(stdout).toContain('WRONG  media/480p.mpegts: every segment has its sha256');
    expect(stdout).not.toContain('media/source.mpegts');
  });
});
