import { bundleDriver } from './bundle.ts';
import { ALPHA, type Outcome, RELEASE, suite, type Verdict } from './suite.ts';
import { printed, settle } from './table.ts';

/**
 * The client scenarios of the official conformance suite, extensions left out, against our upstream client: `driver.ts` is a daemon that
 * has the suite's server as a source. `--write` puts the table into `test/README.md`; without it, a result that differs fails the run.
 * `--only <scenario>` shows why one fails.
 */
const LEGS = [
  { version: RELEASE, revision: '2025-11-25' },
  { version: ALPHA, revision: '2025-11-25' },
  { version: ALPHA, revision: '2026-07-28' },
] as const;

/** A daemon is started for each, on machines that have other work too. */
const TIMEOUT_MS = 120_000;
const MARK: Record<Verdict, string> = { passed: '✓', failed: '✗', untestable: '–' };
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;

const command = `${process.execPath} ${await bundleDriver()}`;
const columns = LEGS.map(({ version, revision }) => `${version}, ${revision}`);
const rows = new Map<string, string[]>();

/** One that belongs to an older revision only is asked for under it, in the column of the eldest. */
function revisionFor(revision: string, known: readonly string[]): string | undefined {
  if (known.includes(revision)) return revision;
  const isOld = known.every(each => each < '2025-11-25');
  return revision === '2025-11-25' && isOld ? known.at(-1) : undefined;
}

for (const [column, { version, revision }] of LEGS.entries()) {
  const conformance = suite(version);
  for (const { scenario, revisions } of conformance.clientScenarios()) {
    const wanted = revisionFor(revision, revisions);
    if (!wanted || (only !== undefined && only !== scenario)) continue;
    const args = ['--scenario', scenario, '--spec-version', wanted, '--timeout', String(TIMEOUT_MS), '--command', command];
    const [outcome] = await conformance.run('client', args);
    const cells = rows.get(scenario) ?? columns.map(() => '');
    cells[column] = outcome ? MARK[outcome.verdict] : '?';
    rows.set(scenario, cells);
    if (outcome) explain(columns[column]!, outcome);
  }
}

function explain(where: string, { scenario, failures }: Outcome): void {
  for (const failure of failures) console.error(`${where}: ${scenario}: ${failure}`);
}

const sorted = [...rows].map(([scenario, cells]) => [scenario, ...cells]).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
const table = { name: 'conformance: client', columns, rows: sorted };
console.log(printed(table));
if (!only) {
  const differences = settle(table, { write: process.argv.includes('--write') });
  for (const difference of differences) console.error(difference);
  process.exitCode = differences.length > 0 ? 1 : 0;
}
