import { globSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { packerFiles, whyNoProjects } from './packer-files.ts';
import { type PackerTimes, timePacker } from './packer-program.ts';
import type { ResultTable } from './result-table.ts';
import { startShaman } from './shaman-program.ts';
import { formatSpread, median } from './statistics.ts';

/** Files that were changed in the last 2.5 s are not remembered. */
const SETTLED_MS = 3000;

interface Sent {
  readonly times: PackerTimes;
  readonly sentBytes: number;
  readonly sentFiles: number;
}

function totalsOf(times: PackerTimes): Sent {
  const { totals } = JSON.parse(times.stdout) as { totals: { sentBytes: number; sentFiles: number } };
  return { times, ...totals };
}

/** Packing a project to Shaman that is there already. */
export async function packerResubmission({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const why = whyNoProjects();
  const title = 'Resubmission to Shaman';
  if (why !== undefined) return [{ title, note: 'Not measured.', rows: [{ name: 'all', figure: why }] }];
  const files = packerFiles(scale, 'files');
  await wait(SETTLED_MS);
  const server = await startShaman(files.of('resubmission-storage'));
  const target = `${server.url.replace(/^/, 'shaman+').replace(/\/$/, '')}/#bench`;
  const pack = (): Sent =>
    totalsOf(
      timePacker(
        files.of('memory'),
        ...['pack', files.of('files/shot.blend'), target, '--project', files.of('files')],
        ...['--state-dir', files.of('resubmission-state'), '--json', '--quiet'],
      ),
    );
  try {
    const first = pack();
    const again = Array.from({ length: runs }, pack);
    const [seconds, bytes] = [
      again.map(({ times }) => times.wallSeconds),
      Math.max(...again.map((one) => one.sentBytes)),
    ];
    const cpu = median(again.map(({ times }) => times.cpuSeconds));
    const peak = Math.max(...again.map(({ times }) => times.peakBytes));
    const count = globSync(files.of('files/**/*.{blend,png}')).length;
    return [
      {
        title,
        note: `A project of ${count} files, to our server on loopback; whole processes, start-up included; ${runs} runs after the first.`,
        rows: [
          {
            name: 'first',
            figure: `${first.times.wallSeconds.toFixed(2)} s, ${first.sentFiles} files sent, ${first.sentBytes} bytes`,
          },
          {
            name: 'again, nothing changed',
            figure: `${formatSpread(seconds, 's')}, ${cpu.toFixed(2)} s CPU, ${bytes} bytes of bodies, at most ${(peak / 1e6).toFixed(0)} MB`,
            goal: 'under 1 s, 0 bytes of bodies',
            met: median(seconds) < 1 && bytes === 0,
          },
        ],
      },
    ];
  } finally {
    await server.stop();
  }
}
