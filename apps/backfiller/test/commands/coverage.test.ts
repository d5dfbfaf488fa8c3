import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { filesIn, HOUR, putNames, rowOfNames, segmentName } from '../coverage/support.ts';
import { runCli } from './support/run-cli.ts';

/** Every flag of the original's segment coverage (segments specification, section 1.5). */
const ORIGINAL = [
  ...[
    'coverage',
    'demo',
    '--qualities',
    'source,480p',
    '--first-hour',
    '2024-03-01T09',
    '--last-hour',
    '2024-03-01T12',
  ],
  ...['--make-page', '--connection-string', 'postgresql://u:secret@db/w', '--metrics-port', '8006', '--backdoor-port'],
  ...['0', '--check-interval', '300', '--output-dir', 'maps', '--run-once'],
];

describe('coverage', () => {
  it('takes the flags of the original, and has its defaults', async () => {
    const { code, stdout, stderr } = await runCli([...ORIGINAL, '--print-config', '--json']);
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).not.toContain('secret');
    expect(stderr.match(/is ignored: /g)).toHaveLength(2);
    const defaults = await runCli(['coverage', 'demo', '--print-config', '--json']);
    const config = JSON.parse(defaults.stdout) as Record<string, { value: unknown }>;
    expect(
      ['qualities', 'checkInterval', 'outputDir', 'metricsPort', 'makePage', 'runOnce'].map(
        (name) => config[name]?.value,
      ),
    ).toEqual([['source'], '5m', 'coverage-maps', 8006, false, false]);
  });

  it('writes maps where it is told, and says what it saw', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, [...rowOfNames(0, 10), segmentName(20)]);
    const args = ['coverage', 'demo', '--base-dir', base.path, '--run-once', '--quiet', '--output-dir', 'maps/of/it'];
    const { code, stdout, stderr } = await runCli(args);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^coverage of +covered +holes +missing +partial\ndemo\/source +54\.54 % +1 +10\.0 s +0 ms\n$/,
    );
    expect(filesIn(path.join(base.path, 'maps/of/it'))).toEqual([
      'demo_source_coverage.json',
      'demo_source_coverage.png',
    ]);
  });

  it('ends with 3 where a channel has nothing, and draws the others', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 10));
    const args = [
      'coverage',
      'absent',
      'demo',
      '--base-dir',
      base.path,
      '--run-once',
      '--quiet',
      '--log-level',
      'silent',
    ];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(3);
    expect(stdout).toContain('nothing there');
    expect(filesIn(path.join(base.path, 'coverage-maps'))).toContain('demo_source_coverage.png');
  });

  it('ends with 3 where maps cannot be written, and leaves what is in the way', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 10));
    await mkdir(path.join(base.path, 'maps'));
    const file = path.join(base.path, 'maps', 'file');
    await writeFile(file, 'mine');
    const args = ['coverage', 'demo', '--base-dir', base.path, '--run-once', '--log-level', 'silent'];
    const { code, stdout } = await runCli([...args, '--output-dir', 'maps/file']);
    expect([code, stdout.includes('failed')]).toEqual([3, true]);
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it.each([
    ['--first-hour yesterday', 'expected an hour'],
    ['--first-hour 2024-03-01T11 --last-hour 2024-03-01T10', '--last-hour is before --first-hour'],
    ['--check-interval often', '--check-interval'],
  ])('ends with 2 for %s', async (flags, why) => {
    await using base = await temporaryDirectory();
    const { code, stderr } = await runCli(['coverage', 'demo', ...flags.split(' '), '--base-dir', base.path]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  });
});
