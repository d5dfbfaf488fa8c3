/** One line of a result: what was measured, and what it is held against. */
export interface ResultRow {
  readonly name: string;
  readonly figure: string;
  /** Beside a floor or an original: `1.13 x bare loop`. */
  readonly against?: string;
  /** Of the issue or the design, and whether it is met. */
  readonly goal?: string;
  readonly met?: boolean;
}

export interface ResultTable {
  readonly title: string;
  readonly note: string;
  readonly rows: readonly ResultRow[];
}

const cell = (text: string | undefined): string => text ?? '';

function verdict({ goal, met }: ResultRow): string {
  return goal === undefined ? '' : `${goal}: ${met === true ? 'yes' : '**no**'}`;
}

/** Markdown, for the terminal and the results file alike. */
export function formatResultTable({ title, note, rows }: ResultTable): string {
  const lines = rows.map((row) => `| ${row.name} | ${row.figure} | ${cell(row.against)} | ${verdict(row)} |`);
  return [
    `## ${title}`,
    '',
    note,
    '',
    '| what | figure | beside | goal |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}
