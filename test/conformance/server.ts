import { daemonWithReference } from './daemon.ts';
import { survey } from './survey.ts';
import { printed, settle } from './table.ts';

/**
 * `npm run conformance`: takes the survey and compares it with the tables of `test/README.md`; a result that differs from them fails the
 * run. `--write` puts it there. `--only <scenario>` shows why one fails.
 */
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;

const daemon = await daemonWithReference();
const { tables, failures } = await survey(daemon, { only }).finally(() => daemon.close());
for (const failure of failures) console.error(failure);
for (const table of tables) console.log(`\n${table.name}\n${printed(table)}`);
if (!only) {
  const differences = tables.flatMap(table => settle(table, { write: process.argv.includes('--write') }));
  for (const difference of differences) console.error(difference);
  process.exitCode = differences.length > 0 ? 1 : 0;
}
