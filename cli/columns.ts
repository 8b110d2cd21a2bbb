import { fold, out, paint } from './print.ts';

/** One column: its heading and how to read a row's cell. `right` aligns numbers. */
export interface Column<T> {
  heading: string;
  cell: (row: T) => string;
  right?: boolean;
}

const GAP = '  ';

/** Prints rows under headings, the last column cut to the terminal's width. Into a pipe nothing is cut. */
export function outTable<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
  if (rows.length === 0) return;
  const terminal = process.stdout.isTTY ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  const cells = rows.map(row => columns.map(column => fold(column.cell(row), 400)));
  const widths = columns.map((column, i) => Math.max(column.heading.length, ...cells.map(line => line[i]!.length)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = Math.max(terminal - before, 16);
  out(
    paint(
      'dim',
      layOut(
        columns.map(column => column.heading),
        columns,
        widths,
        room,
      ),
    ),
  );
  for (const line of cells) out(layOut(line, columns, widths, room));
}

function layOut<T>(line: readonly string[], columns: readonly Column<T>[], widths: readonly number[], room: number): string {
  const padded = line.map((text, i) => {
    if (columns[i]!.right) return text.padStart(widths[i]!);
    return i === line.length - 1 ? fold(text, room) : text.padEnd(widths[i]!);
  });
  return padded.join(GAP).trimEnd();
}
