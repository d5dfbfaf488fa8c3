import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { spawnChild } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { processStat } from '../src/process-stat.ts';
import { formatTempMark, parseTempMark, type TempMark, tempMark } from '../src/temp-mark.ts';
import { defaultTempName, matchTempName } from '../src/temp-name.ts';
import { isTempOwnerAlive } from '../src/temp-owner.ts';

const own = parseTempMark(tempMark()) as TempMark;
const knowsStartTimes = processStat(process.pid) !== undefined;

describe('tempMark', () => {
  test('is made of small letters and digits, names this process, and stays the same', () => {
    expect(tempMark()).toMatch(/^[a-z0-9]+$/);
    expect(own.pid).toBe(process.pid);
    expect(tempMark()).toBe(tempMark());
  });

  test('can be parsed and formatted back', () => {
    expect(formatTempMark(own)).toBe(tempMark());
  });

  test.each([
    '',
    'x',
    'af1c2b3d-4e5f',
    '0123456789abp0s1',
    '0123456789abp1s',
    '0123456789ABp1s1',
    ` ${tempMark()}`,
    `${tempMark()}\n`,
  ])('no mark of ours: %j', (text) => {
    expect(parseTempMark(text)).toBeUndefined();
    expect(isTempOwnerAlive(text)).toBe('unknown');
  });
});

describe('temp names', () => {
  test('a name tells its mark, with anything in front', () => {
    const name = defaultTempName(tempMark(), 7);
    expect(matchTempName(name)).toBe(tempMark());
    expect(matchTempName(`2026.json${name}`)).toBe(tempMark());
  });

  test.each([
    'a.temp',
    '.waybill.x.1.temp',
    `.waybill.${tempMark()}.temp`,
    `.waybill.${tempMark()}.1.temp.bak`,
    `${tempMark()}.1.temp`,
  ])('a stranger: %s', (name) => expect(matchTempName(name)).toBeUndefined());

  test('threads of one process use names of their own', async () => {
    const code = `
      const { nextTempName } = await import(${JSON.stringify(new URL('../src/temp-name.ts', import.meta.url).href)});
      (await import('node:worker_threads')).parentPort.postMessage(nextTempName());`;
    const names = await Promise.all(
      [1, 2].map(async () => {
        const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
          execArgv: ['--conditions=@waybill/source'],
        });
        const name = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        await worker.terminate();
        return name;
      }),
    );
    expect(names[0]).not.toBe(names[1]);
  });
});

describe('isTempOwnerAlive', () => {
  test('this process is alive', () => {
    expect(isTempOwnerAlive(tempMark())).toBe('alive');
  });

  test('another process is alive as long as it runs', async () => {
    const child = await spawnChild(new URL('fixtures/print-mark.ts', import.meta.url));
    let mark = '';
    for await (const line of child.lines) {
      mark = line;
      break;
    }
    expect(parseTempMark(mark)?.pid).toBe(child.pid);
    expect(isTempOwnerAlive(mark)).toBe(knowsStartTimes ? 'alive' : 'unknown');
    child.kill('SIGKILL');
    await child.exited;
    expect(isTempOwnerAlive(mark)).toBe('gone');
  });

  test('a later process that was given the same pid is not the owner', ({ skip }) => {
    if (!knowsStartTimes) return skip('this system does not tell when a process started');
    const mark = formatTempMark({ ...own, pid: process.ppid, startTicks: 1 });
    expect(isTempOwnerAlive(mark)).toBe('gone');
  });

  test('nobody knows about a process of another machine, boot or container', () => {
    const gone = spawnSync(process.execPath, ['--version']).pid;
    expect(isTempOwnerAlive(formatTempMark({ ...own, pid: gone }))).toBe('gone');
    expect(isTempOwnerAlive(formatTempMark({ ...own, pid: gone, place: '0123456789ab' }))).toBe('unknown');
  });

  test('nobody knows where the start time was not known', () => {
    expect(isTempOwnerAlive(formatTempMark({ ...own, pid: process.ppid, startTicks: 0 }))).toBe('unknown');
  });
});
