import { measureInTurns, type Series } from './measure-in-turns.ts';
import { packerFiles, whyNoProjects } from './packer-files.ts';
import { findBat, NO_BAT, timePacker } from './packer-program.ts';
import type { ResultRow, ResultTable } from './result-table.ts';
import { formatSpread, median } from './statistics.ts';
import { timeCommand } from './time-command.ts';

/** Of issue 4, section 3.6. */
const START_SECONDS = 0.25;

function rowOf({ name, wall, cpu }: Series): ResultRow {
  const row = { name, figure: `${formatSpread(wall, 's', 3)}, ${median(cpu).toFixed(3)} s CPU` };
  if (name.startsWith('BAT')) return row;
  return { ...row, goal: `under ${START_SECONDS} s`, met: median(wall) < START_SECONDS };
}

/** Whole processes that do next to nothing. */
export function packerStartUp({ runs, scale }: { runs: number; scale: number }): Promise<ResultTable[]> {
  const [bat, why] = [findBat(), whyNoProjects()];
  const files = packerFiles(scale, ...(why === undefined ? (['tiny'] as const) : []));
  const [tiny, memory] = [files.of('tiny.blend'), files.of('memory')];
  const versions = [
    ...(bat === undefined ? [] : [{ name: 'BAT, version', run: () => timeCommand([bat, 'version']) }]),
    { name: 'ours, --version', run: () => timePacker(memory, '--version') },
  ];
  const lists = [
    ...(bat === undefined
      ? []
      : [{ name: 'BAT, list of an empty scene', run: () => timeCommand([bat, 'list', tiny]) }]),
    { name: 'ours, list of an empty scene', run: () => timePacker(memory, 'list', tiny, '--no-cache', '--quiet') },
  ];
  const series = measureInTurns(why === undefined ? [...versions, ...lists] : versions, Math.max(runs, 10));
  const absent = [...(bat === undefined ? [NO_BAT] : []), ...(why === undefined ? [] : [why])];
  const rows = [...series.map(rowOf), ...absent.map((figure) => ({ name: 'not measured', figure }))];
  return Promise.resolve([{ title: 'Start-up', note: `Whole processes; ${Math.max(runs, 10)} runs in turns.`, rows }]);
}
