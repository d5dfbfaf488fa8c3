import { describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

/** Every flag of the original's programs, as its compose file gives them (segments specification, sections 1.2 and 1.4). */
const BACKFILLER = [
  ...['backfill', 'desertbus', '--base-dir', '/mnt', '--qualities', 'source,480p,chat', '--extras', 'emotes,media'],
  ...['--metrics-port', '8002', '--static-nodes', 'http://a:8000/prefix,http://b', '--backdoor-port', '0'],
  ...['--start', '336', '--delete-old', '--node-file', '/nodes', '--node-database', 'postgresql://u:secret@db/w'],
  ...['--localhost', 'here', '--download-concurrency', '5', '--recent-cutoff', '120'],
];
const RESTREAMER = [
  ...['serve', '--host', '0.0.0.0', '--port', '8000', '--base-dir', '.', '--backdoor-port', '0'],
  ...['--connection-string', 'postgresql://u:secret@db/w'],
];

const configOf = async (args: readonly string[], env: Record<string, string> = {}) => {
  const { code, stdout, stderr } = await runCli([...args, '--print-config', '--json'], env);
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).not.toContain('secret');
  const config = JSON.parse(stdout) as Record<string, { value: unknown }>;
  return { stderr, valueOf: (name: string) => config[name]?.value };
};

describe('the flags of a wubloader', () => {
  it('backfiller are taken under their names, the Python console with a warning', async () => {
    const { stderr, valueOf } = await configOf(BACKFILLER);
    expect(stderr).toMatch(/^warning: --backdoor-port .* is ignored: .*\n$/);
    expect(valueOf('qualities')).toEqual(['source', '480p', 'chat']);
    expect(valueOf('staticNodes')).toEqual(['http://a:8000/prefix', 'http://b']);
    expect(['start', 'deleteOld', 'nodeFile', 'localhost', 'recentCutoff'].map(valueOf)).toEqual([
      '336',
      true,
      '/nodes',
      'here',
      120,
    ]);
    expect((await configOf(['backfill', 'x', '--run-once'])).valueOf('runOnce')).toBe(true);
  });

  it('restreamer are taken under their names, those of Python and of thumbnails with a warning', async () => {
    const { stderr, valueOf } = await configOf(RESTREAMER);
    expect(stderr.match(/^warning: .* is ignored: /gm)).toHaveLength(2);
    expect(['host', 'port'].map(valueOf)).toEqual(['0.0.0.0', 8000]);
  });

  it('are joined by its environment variables', async () => {
    const env = { WUBLOADER_LOG_LEVEL: 'WARNING', WUBLOADER_ENABLE_STACKSAMPLER: '1' };
    const { stderr, valueOf } = await configOf(['serve'], env);
    expect(valueOf('logLevel')).toBe('warn');
    expect(stderr).toMatch(/WUBLOADER_ENABLE_STACKSAMPLER is ignored/);
  });

  it('have the same defaults here', async () => {
    const { valueOf } = await configOf(['run', 'x']);
    expect(
      ['host', 'port', 'metricsPort', 'qualities', 'downloadConcurrency', 'recentCutoff', 'interval'].map(valueOf),
    ).toEqual(['0.0.0.0', 8000, 8002, ['source'], 5, 120, '2m']);
  });
});
