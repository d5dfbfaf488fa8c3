/** What one program showed. */
export interface Chapter {
  readonly program: string;
  readonly isDone: boolean;
  /** In one line, with its figures. */
  readonly did: string;
}

export interface TimedChapter extends Chapter {
  readonly seconds: number;
}

/** Runs one chapter, and says how long it took. */
export async function timed<C extends Chapter>(show: () => Promise<C>): Promise<C & TimedChapter> {
  const start = performance.now();
  const chapter = await show();
  return { ...chapter, seconds: (performance.now() - start) / 1000 };
}

/** All chapters at a glance. */
export function formatSummary(chapters: readonly TimedChapter[]): string {
  const rows = chapters.map(({ program, isDone, did, seconds }) => [
    isDone ? '✔' : '✘',
    program,
    isDone ? did : 'did NOT do its job: see above',
    `${seconds.toFixed(1)} s`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) =>
      `   ${row.map((cell, column) => (column === 3 ? cell.padStart(widths[3] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ')}`,
  );
  const total = chapters.reduce((sum, { seconds }) => sum + seconds, 0);
  const bad = chapters.filter(({ isDone }) => !isDone).length;
  const verdict = bad === 0 ? 'nothing lost, every byte verified' : `${bad} of ${chapters.length} went wrong`;
  return `=== Waybill: ${chapters.length} programs, ${total.toFixed(1)} s, ${verdict}\n\n${lines.join('\n')}`;
}
