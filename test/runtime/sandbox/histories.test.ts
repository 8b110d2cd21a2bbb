import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry } from '../../../runtime/sandbox/protocol.ts';
import { type History, histories } from '../../fixtures/histories.ts';
import { local } from './local.ts';

/** The journal as it was when so many answers had been given: what was asked after them is not in it. */
function until({ journal }: History, answers: number, asked: number): JournalEntry[] {
  return journal
    .slice(0, asked)
    .map(({ delivered, ...entry }) => ({ ...entry, ...(delivered && delivered.order < answers && { delivered }) }));
}

for (const { name, history } of histories()) {
  test(`"${name}", as an earlier build recorded it, comes to the same and asks nothing`, async () => {
    const { first } = await local(history.code, history.journal);
    assert.deepEqual([first.steps, first.end, first.output], [[], history.end, history.output]);
  });

  test(`"${name}" goes on from any point of its journal, asking what it asked then`, async () => {
    for (let answers = 0; answers < history.journal.filter(({ delivered }) => delivered).length; answers++) {
      const whole = await local(history.code, until(history, answers, history.journal.length));
      assert.deepEqual([whole.first.steps, whole.first.end], [[], undefined], `after ${answers} answers`);
      // The daemon stopped before any of what this answer led to was stored.
      const known = history.journal.filter(({ delivered }) => delivered !== undefined && delivered.order < answers).map(({ n }) => n);
      const { first } = await local(history.code, until(history, answers, Math.max(0, ...known)));
      for (const { n, kind, hash, summary, line } of first.steps) {
        const { delivered: _, ...recorded } = history.journal.find(entry => entry.n === n)!;
        assert.deepEqual({ n, kind, hash, summary, ...(line !== undefined && { line }) }, recorded, `after ${answers} answers`);
      }
    }
  });

  test(`"${name}" diverges, and asks nothing, when one of its requests was another`, async () => {
    for (const [at, entry] of history.journal.entries()) {
      const journal = history.journal.with(at, { ...entry, hash: '0'.repeat(64), summary: 'another' });
      const { first } = await local(history.code, journal);
      assert.deepEqual(first.steps, []);
      assert.ok(first.end?.type === 'failed');
      assert.equal(first.end.fault.code, 'replay_diverged');
      assert.match(first.end.fault.message, /another/);
    }
  });
}

test('there are histories to go on from', () => {
  assert.ok(histories().length >= 15);
});
