import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from '@sinclair/typebox/value';
import { type AnyMachineSnapshot, type AnyStateMachine, transition } from 'xstate';
import { createCallLogic } from '../../runtime/call-logic.ts';
import { createConnectionLogic } from '../../runtime/connection-logic.ts';
import type { Logic } from '../../runtime/logic.ts';
import { createProgramLogic } from '../../runtime/program-logic.ts';
import { restore } from '../../runtime/restore.ts';
import { createSourceLogic } from '../../runtime/source-logic.ts';
import { frozenRow, frozenRows } from '../fixtures/frozen.ts';

const logics: Record<string, Logic> = {
  call: createCallLogic({} as never),
  program: createProgramLogic({} as never),
  source: createSourceLogic({} as never),
  connection: createConnectionLogic({} as never),
};
const AT = '2026-02-01T00:00:00.000Z';
const done = (id: string, output: unknown) => ({ type: `xstate.done.actor.${id}`, output, actorId: id });
const answer = (action: string) => ({ type: 'answer', n: 1, action, by: 'owner' });

const resolved = { source: 'shop', effect: 'write', hash: 'd'.repeat(64), revision: 3 };
const allowed = { verdict: { decision: 'allow', rule: 'pol_1' }, resolved, binding: '' };
const answered = done('attempt', { result: { value: 1 } });
const detected = { kind: 'openapi', name: 'Shop', document: { ref: 'held_2', bytes: 1, sha256: 'x' } };
const catalogued = {
  revision: 9,
  name: 'Shop',
  toolCount: 1,
  origins: [],
  warnings: [],
  report: { operations: 1, tools: 1, bodiesDeclared: 0, bodiesSendable: 0 },
  diff: { value: { added: [], changed: [], removed: [], held: [] } },
};

const connect = {
  type: 'connect',
  method: { id: 'bearer', kind: 'bearer', label: 'Token', fields: [], parts: [] },
  obtained: { secret: 'secret_2' },
};

/** One sensible thing that may happen next to each, and where it leads. */
const next: Record<string, [object, string]> = {
  'call-resolving': [done('resolve', resolved), 'judging'],
  'call-judging': [done('judge', allowed), 'running'],
  'call-awaiting-approval': [answer('accept'), 'judging'],
  'call-running': [answered, 'done'],
  'call-running-approved': [answered, 'done'],
  'call-running-edited': [answered, 'done'],
  'call-running-again': [answered, 'done'],
  'call-paused': [answer('run_again'), 'judging'],
  'call-paused-cancelled-in-flight': [answer('happened'), 'done'],
  'program-running': [{ type: 'pause', waiting: [1], calls: { total: 1, first: [1], asked: [1] } }, 'paused'],
  'program-running-woken': [done('run', { result: { value: 1 }, calls: { total: 0, first: [], asked: [] } }), 'done'],
  'program-paused': [{ type: 'wake' }, 'running'],
  'source-detecting': [done('detect', detected), 'indexing'],
  'source-indexing': [done('index', { catalogued }), 'ready'],
  'source-ready': [{ type: 'refresh' }, 'refreshing'],
  'source-ready-refreshed': [{ type: 'remove' }, 'removed'],
  'source-ready-stale': [{ type: 'refresh' }, 'refreshing'],
  'source-refreshing': [done('refresh', { detected, catalogued }), 'ready'],
  'source-failed': [{ type: 'refresh' }, 'detecting'],
  'source-authenticating': [{ type: 'login' }, 'detecting'],
  'call-authenticating': [{ type: 'login', by: 'owner' }, 'judging'],
  'call-authenticating-dead': [{ type: 'login', by: 'owner' }, 'judging'],
  'connection-disconnected': [connect, 'connected'],
  'connection-authorizing': [{ type: 'callback', secret: 'secret_2' }, 'awaitingConsent'],
  'connection-awaiting-consent': [done('obtain', { secret: 'secret_2' }), 'connected'],
  'connection-connected': [{ type: 'refresh' }, 'refreshing'],
  'connection-refreshing': [done('refresh', { obtained: { secret: 'secret_2' } }), 'connected'],
  'connection-expired': [connect, 'connected'],
  'connection-failed': [connect, 'connected'],
};

const rows = frozenRows();
assert.ok(rows.length >= 25);

for (const { name, row } of rows) {
  const logic = logics[row.kind]!;
  const machine = logic.machine as AnyStateMachine;
  const [event, state] = next[name.slice(name.indexOf('/') + 1)] ?? [{ type: 'cancel', by: 'owner' }, undefined];

  test(`${name} is restored and goes on${state ? ` to ${state}` : ': nothing moves it any more'}`, () => {
    const snapshot = restore(logic, structuredClone(row));
    assert.ok(Value.Check(logic.context, JSON.parse(JSON.stringify(snapshot.context))));
    const [after] = transition(machine, snapshot as never, { at: AT, ...event } as never) as unknown as [AnyMachineSnapshot];
    if (state === undefined) assert.equal(after, snapshot);
    else assert.equal(after.value, state);
    assert.ok(Value.Check(logic.context, JSON.parse(JSON.stringify(after.context))));
  });
}

test('there is a frozen row for every state of every machine', () => {
  for (const [kind, { machine }] of Object.entries(logics)) {
    const frozen = new Set(rows.filter(({ row }) => row.kind === kind).map(({ row }) => row.snapshot.value));
    assert.deepEqual(
      Object.keys((machine as AnyStateMachine).states).filter(state => !frozen.has(state)),
      [],
      `${kind}: npx tsx test/fixtures/freeze-rows.ts`,
    );
  }
});

const call = logics.call!;

test('a state that is gone without a migration is refused by name, and a migration brings it back', () => {
  const row = frozenRow('v1/call-awaiting-approval');
  row.snapshot.value = 'waitingForApproval';
  assert.throws(() => restore(call, structuredClone(row)), /waitingForApproval/);
  const rename = (snapshot: never) => ({ ...(snapshot as object), value: 'awaitingApproval' });
  assert.equal(restore({ ...call, version: call.version + 1, migrations: { [row.version]: rename } }, row).value, 'awaitingApproval');
});

test('an effect that is gone without a migration is refused by name: its state would wait for ever', () => {
  const { attempt: _, ...effects } = call.effects;
  assert.throws(() => restore({ ...call, effects }, frozenRow('v1/call-running')), /"attempt"/);
});

test('a context that no longer fits is refused with the place', () => {
  const row = frozenRow('v1/call-paused');
  (row.snapshot.context as { attempt: unknown }).attempt = 'first';
  assert.throws(() => restore(call, row), /attempt/);
});

test('a missing step between two versions is refused, and so is a row of a newer build', () => {
  const row = frozenRow('v1/call-done');
  assert.throws(
    () => restore({ ...call, version: 3, migrations: { 1: (snapshot: never) => snapshot } }, row),
    /no migration from machine version 2/,
  );
  assert.throws(() => restore(call, { ...row, version: 99 }), /version 99/);
});
