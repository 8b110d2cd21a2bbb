import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonWithReference } from './daemon.ts';
import { ALPHA, installed } from './suite.ts';
import { survey } from './survey.ts';
import { expectedRows } from './table.ts';

/** The older suite has no scenario that this one has not; `npm run conformance` asks both. */
const VERSIONS = [ALPHA];

test('the official conformance suite says of us what the tables of test/README.md say', async t => {
  if (!(await installed(VERSIONS))) {
    t.skip('NOT RUN: the npm registry cannot be reached, and the suite is not installed');
    return;
  }
  const daemon = await daemonWithReference();
  const { tables, failures } = await survey(daemon, { versions: VERSIONS }).finally(() => daemon.close());
  for (const { name, columns, rows } of tables) {
    const expected = expectedRows(name);
    for (const [scenario = '', ...cells] of expected) {
      const found = rows.find(([other]) => other === scenario)?.slice(1) ?? [];
      for (const [column, cell] of cells.entries()) {
        if ((cell === '' && !found[column]) || !VERSIONS.some(version => columns[column]!.startsWith(version))) continue;
        await t.test(`${name}: ${scenario}, ${columns[column]}: ${cell}`, () => {
          assert.equal(found[column], cell, failures.filter(failure => failure.includes(`: ${scenario}: `)).join('\n'));
        });
      }
    }
    await t.test(`${name}: no scenario that the table leaves out`, () => {
      const known = new Set(expected.map(([scenario]) => scenario));
      assert.deepEqual(
        rows.map(([scenario]) => scenario).filter(scenario => !known.has(scenario)),
        [],
      );
    });
  }
});
