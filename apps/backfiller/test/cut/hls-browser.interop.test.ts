import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHANNEL, readStreamIndex } from '@waybill/stream-fixture';
import { skipWithout } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { fixtureArchive } from './support/fixture-archive.ts';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const HLS = fileURLToPath(import.meta.resolve('hls.js')).replace(/[^/]*$/, 'hls.min.js');
const START = Date.parse('2025-03-14T11:58:20.608Z');

const PAGE = `<!doctype html><video muted playsinline></video><script src="/hls.js"></script><script>
const video = document.querySelector('video');
const errors = [];
function play(url) {
  const hls = new Hls({ liveSyncDurationCount: 2 });
  hls.on(Hls.Events.ERROR, (_, { fatal, details }) => { if (fatal) errors.push(details); });
  hls.loadSource(url);
  hls.attachMedia(video);
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
  window.hls = hls;
}
</script>`;

/** What the page says of its video. */
interface Playing {
  at: number;
  duration: number;
  width: number;
  frames: number;
  errors: string[];
}

async function browser(test: SkippableTest): Promise<Browser> {
  const executablePath = PROGRAMS.find((program) => existsSync(program));
  if (executablePath === undefined) return skipWithout(test, 'chromium is not installed');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'] });
}

/** A site of its own, as players are: what the node serves has to be open to others. */
async function playerSite(): Promise<{ url: string } & AsyncDisposable> {
  const server = http.createServer(({ url }, response) => {
    if (url === '/hls.js') response.setHeader('content-type', 'text/javascript').end(readFileSync(HLS));
    else response.setHeader('content-type', 'text/html').end(PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port.toString()}/`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function state(page: Page): Promise<Playing> {
  return page.evaluate<Playing>(`({ at: video.currentTime, duration: video.duration, width: video.videoWidth,
    frames: video.getVideoPlaybackQuality().totalVideoFrames, errors })`);
}

/** Waits until the video has come past a time, with pictures. */
async function playsPast(page: Page, seconds: number): Promise<Playing> {
  await page.waitForFunction(
    `errors.length > 0 || (!video.seeking && video.currentTime > ${seconds.toString()})`,
    null,
    {
      timeout: 60_000,
    },
  );
  const now = await state(page);
  expect(now.errors).toEqual([]);
  return now;
}

describe('hls.js in Chromium', () => {
  it('plays a finished playlist, and seeks over a hole', async (test) => {
    await using chrome = { it: await browser(test), [Symbol.asyncDispose]: async () => chrome.it.close() };
    // 10 s are missing from 11:58:40.608 to 11:58:50.608.
    await using archive = await fixtureArchive({ keep: (file) => !file.includes('T11/58:4') });
    await using site = await playerSite();
    const page = await chrome.it.newPage();
    await page.goto(site.url);
    const range = 'start=2025-03-14T11:58:20.608&end=2025-03-14T11:59:20.608';
    await page.evaluate(`play(${JSON.stringify(`${archive.url}/playlist/${CHANNEL}/source.m3u8?${range}`)})`);
    const first = await playsPast(page, 1);
    expect(first.width).toBe(640);
    expect(first.frames).toBeGreaterThan(0);
    // What is missing takes no time in the player: 60 s less 10 s.
    expect(first.duration).toBeGreaterThan(49);
    expect(first.duration).toBeLessThan(51);
    // From two seconds before the hole across it.
    await page.evaluate('video.currentTime = 18');
    await playsPast(page, 21);
    // Back over it, and to what lies far behind.
    await page.evaluate('video.currentTime = 5');
    await playsPast(page, 6);
    await page.evaluate('video.currentTime = 40');
    const last = await playsPast(page, 41);
    expect(last.frames).toBeGreaterThan(first.frames);
  });

  it('plays a live playlist on, while segments come', async (test) => {
    await using chrome = { it: await browser(test), [Symbol.asyncDispose]: async () => chrome.it.close() };
    const begun = Date.now();
    // The clock of the stream: 40 s have been recorded, and it goes on.
    const now = (): number => START + 40_000 + (Date.now() - begun);
    const all = readStreamIndex().qualities['source']?.segments ?? [];
    const isOut = ({ startMicros, durationSeconds }: (typeof all)[number]): boolean =>
      startMicros / 1000 + Number(durationSeconds) * 1000 <= now();
    const early = new Set(all.filter(isOut).map((one) => `${CHANNEL}/source/${one.path}`));
    await using archive = await fixtureArchive({ keep: (file) => early.has(file) }, { now });
    await using whole = await fixtureArchive();
    const record = setInterval(() => {
      for (const one of all.filter(isOut)) {
        const place = path.join(CHANNEL, 'source', one.path);
        if (early.has(place)) continue;
        early.add(place);
        mkdirSync(path.dirname(path.join(archive.base, place)), { recursive: true });
        writeFileSync(path.join(archive.base, place), readFileSync(path.join(whole.base, place)));
      }
    }, 500);
    try {
      await using site = await playerSite();
      const page = await chrome.it.newPage();
      await page.goto(site.url);
      const from = 'start=2025-03-14T11:58:20.608';
      await page.evaluate(`play(${JSON.stringify(`${archive.url}/playlist/${CHANNEL}/source.m3u8?${from}`)})`);
      const first = await playsPast(page, 1);
      const known = early.size;
      await page.waitForFunction(`errors.length > 0 || video.currentTime > ${(first.at + 12).toString()}`, null, {
        timeout: 60_000,
      });
      const later = await state(page);
      expect(later.errors).toEqual([]);
      expect(await page.evaluate<boolean>('hls.latestLevelDetails.live')).toBe(true);
      // What it plays now was not there when it began.
      expect(early.size).toBeGreaterThan(known + 3);
      expect(later.frames).toBeGreaterThan(first.frames + 200);
    } finally {
      clearInterval(record);
    }
  });
});
