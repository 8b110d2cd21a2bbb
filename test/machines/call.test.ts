import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Value } from '@sinclair/typebox/value';
import { createActor, initialTransition, transition } from 'xstate';
import { callMachine } from '../../machines/call.ts';
import { CallContext, type Judged } from '../../machines/schema/call.ts';

const AT = '2026-01-01T00:00:00.000Z';
const input = {
  id: 'exec_1',
  at: AT,
  path: 'shop.orders.create',
  input: { value: {} },
  principal: { id: 'owner', name: 'owner', role: 'owner' as const },
};
const resolved = { source: 'shop', effect: 'write' as const, hash: 'h1', revision: 1 };
const ask: Judged = { verdict: { decision: 'ask', rule: 'default:write' }, resolved, binding: 'b1', expiresAt: '2026-02-01T00:00:00.000Z' };
const allow: Judged = { verdict: { decision: 'allow', rule: 'pol_1' }, resolved, binding: '' };

type Step = { type: string; [key: string]: unknown };
const done = (id: string, output: unknown): Step => ({ type: `xstate.done.actor.${id}`, output, actorId: id });
const failed = (id: string, error: unknown): Step => ({ type: `xstate.error.actor.${id}`, error, actorId: id });
const answer = (n: number, action: string, more: object = {}): Step => ({ type: 'answer', n, action, by: 'owner', ...more });

/** Plays events through the machine; every step goes to JSON and back, as it does through the store. */
function play(...steps: Step[]) {
  let [snapshot] = initialTransition(callMachine, input);
  for (const step of steps) {
    const json = JSON.stringify(callMachine.getPersistedSnapshot(snapshot));
    const restored = createActor(callMachine, { snapshot: JSON.parse(json), input }).getSnapshot();
    [snapshot] = transition(callMachine, restored, { at: AT, ...step } as never);
    assert.ok(Value.Check(CallContext, JSON.parse(JSON.stringify(snapshot.context))), `the context after ${step.type} fits its schema`);
  }
  return snapshot;
}

const waiting = [done('resolve', resolved), done('judge', ask)];

test('an allowed call runs and is done with what the upstream answered', () => {
  const end = play(
    done('resolve', resolved),
    done('judge', allow),
    done('attempt', { result: { value: 7 }, http: { status: 200, headers: {} } }),
  );
  assert.equal(end.value, 'done');
  assert.deepEqual(end.context.result, { value: 7 });
  assert.equal(end.context.endedAt, AT);
});

test('a call that must be asked for waits with one approval, and an accept leads back to judging', () => {
  const paused = play(...waiting);
  assert.equal(paused.value, 'awaitingApproval');
  assert.equal(paused.context.interactions[0]?.binding, 'b1');
  const judged = play(...waiting, answer(1, 'accept'));
  assert.equal(judged.value, 'judging');
  assert.equal(judged.context.interactions[0]?.action, 'accept');
});

test('an approval holds for exactly what was asked: the same binding runs, another one is asked again', () => {
  assert.equal(play(...waiting, answer(1, 'accept'), done('judge', ask)).value, 'running');
  const again = play(...waiting, answer(1, 'accept'), done('judge', { ...ask, binding: 'b2' }));
  assert.equal(again.value, 'awaitingApproval');
  assert.equal(again.context.interactions.length, 2);
});

test('a block that was added while a person thought wins over the approval', () => {
  const fault = { code: 'tool_blocked' as const, message: 'blocked' };
  const end = play(...waiting, answer(1, 'accept'), done('judge', { ...ask, verdict: { decision: 'block', rule: 'pol_2' }, fault }));
  assert.equal(end.value, 'denied');
  assert.equal(end.context.fault?.code, 'tool_blocked');
});

test('edited arguments are recorded beside what was asked for', () => {
  const end = play(
    ...waiting,
    answer(1, 'accept', { input: { value: { n: 2 } }, binding: 'b9' }),
    done('judge', { ...ask, binding: 'b9' }),
  );
  assert.equal(end.value, 'running');
  assert.deepEqual(end.context.input, { value: { n: 2 } });
  assert.deepEqual(end.context.askedInput, { value: {} });
});

test('a decline ends the call and tells the agent not to retry, with the note', () => {
  const end = play(...waiting, answer(1, 'decline', { note: 'wrong shop' }));
  assert.equal(end.value, 'denied');
  assert.equal(end.context.fault?.code, 'approval_denied');
  assert.match(end.context.fault?.message ?? '', /Do not try it again.*wrong shop/);
});

test('an approval nobody answers expires', () => {
  const end = play(...waiting, { type: 'expire' });
  assert.equal(end.value, 'denied');
  assert.equal(end.context.fault?.code, 'approval_expired');
});

test('a write nobody knows the outcome of pauses, and each answer leads somewhere', () => {
  const unknown = [done('resolve', resolved), done('judge', allow), done('attempt', { unknown: { code: 'internal', message: 'crash' } })];
  assert.equal(play(...unknown).value, 'paused');
  const again = play(...unknown, answer(1, 'run_again'));
  assert.equal(again.value, 'judging');
  assert.equal(again.context.attempt, 2);
  const happened = play(...unknown, answer(1, 'happened', { result: { value: 'ok' } }));
  assert.equal(happened.value, 'done');
  assert.deepEqual(happened.context.result, { value: 'ok' });
  assert.equal(play(...unknown, answer(1, 'give_up')).value, 'cancelled');
  assert.equal(play(...unknown, { type: 'cancel', by: 'owner' }).value, 'cancelled');
});

test('cancelling a write in flight is unknown, cancelling a read ends it', () => {
  assert.equal(play(done('resolve', resolved), done('judge', allow), { type: 'cancel', by: 'owner' }).value, 'paused');
  const read = { ...resolved, effect: 'read' as const };
  assert.equal(
    play(done('resolve', read), done('judge', { ...allow, resolved: read }), { type: 'cancel', by: 'owner' }).value,
    'cancelled',
  );
});

test('a definition that changed since it was judged is judged again', () => {
  assert.equal(play(done('resolve', resolved), done('judge', allow), done('attempt', { changed: true })).value, 'judging');
});

test('an answer that does not fit the state changes nothing', () => {
  const before = play(...waiting);
  const [after, actions] = transition(callMachine, before, { at: AT, ...answer(1, 'happened') } as never);
  assert.equal(after, before);
  assert.deepEqual(actions, []);
});

test('an answer to an earlier question is not taken for the one that is open now', () => {
  const again = [...waiting, answer(1, 'accept'), done('judge', { ...ask, binding: 'b2' })];
  assert.equal(play(...again, answer(1, 'accept')).value, 'awaitingApproval');
  assert.equal(play(...again, answer(2, 'accept')).value, 'judging');
});

test('what fails before it is judged is a failure with the reason', () => {
  const end = play(failed('resolve', { code: 'tool_not_found', message: 'no' }));
  assert.equal(end.value, 'failed');
  assert.equal(end.context.fault?.code, 'tool_not_found');
});
