import { fold, out, paint } from './print.ts';

/** One column: its heading and how to read a row's cell. `right` aligns numbers. */
export interface Column<T> {
  heading: string;
  cell: (row: T) => string;
  right?: boolean;
}

const GAP = '  ';

/** The last column may be cut to so many characters before columns go to further lines. */
const LEAST = 16;

/**
 * Prints rows under headings, within the terminal's width: the last column is cut, and where even that is not enough columns go on in a
 * line below, so that ids and paths stay whole. Into a pipe nothing is cut.
 */
export function outTable<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
  if (rows.length === 0) return;
  const terminal = process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
  const cells = rows.map(row => columns.map(column => fold(column.cell(row), 400)));
  const widths = columns.map((column, i) => Math.max(column.heading.length, ...cells.map(line => line[i]!.length)));
  const table = { columns, widths, lines: linesOf(widths, terminal), terminal };
  out(
    paint(
      'dim',
      layOut(
        table,
        columns.map(column => column.heading),
      ),
    ),
  );
  for (const row of cells) out(layOut(table, row));
}

interface Layout {
  columns: readonly { right?: boolean }[];
  widths: readonly number[];
  /** Which columns stand in which line of a row. */
  lines: readonly number[][];
  terminal: number;
}

function linesOf(widths: readonly number[], terminal: number): number[][] {
  const lines: number[][] = [[]];
  let used = 0;
  for (const [i, width] of widths.entries()) {
    const needed = i === widths.length - 1 ? Math.min(width, LEAST) : width;
    if (lines.at(-1)!.length > 0 && used + GAP.length + needed > terminal) {
      lines.push([]);
      used = 0;
    }
    // The first of a line below is indented.
    used += needed + (i === 0 ? 0 : GAP.length);
    lines.at(-1)!.push(i);
  }
  return lines;
}

function layOut({ columns, widths, lines, terminal }: Layout, row: readonly string[]): string {
  return lines
    .map((line, n) => {
      let text = n === 0 ? '' : GAP;
      for (const i of line) {
        const cell = columns[i]!.right ? row[i]!.padStart(widths[i]!) : row[i]!.padEnd(widths[i]!);
        if (i !== line[0]) text += GAP;
        const room = Math.max(1, terminal - text.length);
        text += i === line.at(-1) && row[i]!.length > room ? fold(row[i]!, room) : cell;
      }
      return text.trimEnd();
    })
    .join('\n');
}
