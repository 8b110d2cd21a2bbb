import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const README = join(import.meta.dirname, '../README.md');

/** A table in the README of `test/`, between two marks: it is what is expected, and a run that differs from it fails. */
export interface Table {
  name: string;
  columns: string[];
  /** First the scenario, then a cell for each column. */
  rows: string[][];
}

/** Compares a table with the README, or writes it there. Returns what differs. */
export function settle(table: Table, { write }: { write: boolean }): string[] {
  if (write) {
    const readme = readFileSync(README, 'utf8');
    const { from, to } = marks(readme, table.name);
    writeFileSync(README, `${readme.slice(0, from)}\n\n${rendered(table)}\n\n${readme.slice(to)}`);
    execFileSync(process.execPath, [join(import.meta.dirname, '../../node_modules/@biomejs/biome/bin/biome'), 'format', '--write', README]);
    return [];
  }
  const expected = bySubject(expectedRows(table.name));
  const found = bySubject(table.rows);
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap(scenario => {
    const [before, now] = [expected.get(scenario)?.join(' | '), found.get(scenario)?.join(' | ')];
    return before === now ? [] : [`${scenario}: the table says ${before ?? 'nothing'}, this run ${now ?? 'nothing'}`];
  });
}

/** The rows that the README has of a table. */
export function expectedRows(name: string): string[][] {
  const readme = readFileSync(README, 'utf8');
  const { from, to } = marks(readme, name);
  return parsed(readme.slice(from, to));
}

const bySubject = (rows: string[][]) => new Map(rows.map(([scenario = '', ...cells]) => [scenario, cells]));

function marks(readme: string, name: string): { from: number; to: number } {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(open) + open.length, readme.indexOf(close)];
  if (from < open.length || to < from) throw new Error(`test/README.md has no place for the table ${name}`);
  return { from, to };
}

function rendered({ columns, rows }: Table): string {
  const lines = [['scenario', ...columns], ['---', ...columns.map(() => '---')], ...rows];
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

const parsed = (text: string): string[][] =>
  text
    .split('\n')
    .filter(line => line.startsWith('|'))
    .slice(2)
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    );

/** For the terminal: columns of even width. */
export function printed({ columns, rows }: Table): string {
  const lines = [['scenario', ...columns], ...rows];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map(line => line[i]?.length ?? 0)));
  return lines
    .map(line =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
