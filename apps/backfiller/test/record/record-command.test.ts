import { describe, expect, it } from 'vitest';
import { runCli } from '../commands/support/run-cli.ts';

describe('a stream that is given to `record`', () => {
  it.each([
    ['record', 'streams'],
    ['record demo', 'expected CHANNEL=URL'],
    ['record demo=ftp://x/live.m3u8', 'expected CHANNEL=URL'],
    ['record ../demo=http://x/live.m3u8', 'expected CHANNEL=URL'],
    ['record demo=http://x/1 demo=http://x/2', 'a channel is given twice'],
    ['record demo=http://x/1 --ad-markers all', 'expected one of twitch, scte35, none'],
    ['record demo=http://x/1 --qualities a/b', '--qualities'],
  ])('ends `%s` with 2, and says why', async (line, why) => {
    const { code, stderr } = await runCli(line.split(' '));
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });
});
