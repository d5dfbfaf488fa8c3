import { readdirSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { writeChain } from '../support/write-chain.ts';

test('what a compressed source was unpacked to goes with the command, or is kept and used again', async () => {
  await using folder = await temporaryDirectory();
  const inPlace = (name: string): string => path.join(folder.path, name);
  await writeChain(inPlace('chain.car'));
  const packed = inPlace('packed.car.zst');
  expect((await runCli(['export', '--from', inPlace('chain.car'), '-o', packed])).code).toBe(0);
  const others = (): string[] => readdirSync(folder.path).filter((name) => /unpacked|temp|packed.*index/.test(name));
  const once = await runCli(['export', '--from', packed, '--workers', '2', '-o', inPlace('once.car')]);
  expect(once.code, once.stderr).toBe(0);
  expect(others()).toEqual([]);
  const failed = await runCli(['export', '--from', packed, '--recent-stateroots', '900', '-o', inPlace('once.car')]);
  expect(failed.code).toBe(1);
  expect(others()).toEqual([]);
  expect((await runCli(['export', '--from', packed, '--keep-unpacked', '-o', inPlace('kept.car')])).code).toBe(0);
  const kept = others();
  expect(kept.toSorted()).toEqual(['packed.car.zst.unpacked', 'packed.car.zst.waybill-index']);
  // The next one reads what is there, and leaves it.
  expect((await runCli(['export', '--from', packed, '-o', inPlace('again.car')])).code).toBe(0);
  expect(others()).toEqual(kept);
});
