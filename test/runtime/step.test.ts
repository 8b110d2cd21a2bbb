import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AnyMachineSnapshot, initialTransition, transition } from 'xstate';
import { callMachine } from '../../machines/call.ts';
import { advance, begin, persisted, revive, type Step } from '../../runtime/step.ts';

const AT = '2026-01-01T00:00:00.000Z';
const input = {
  id: 'exec_1',
  at: AT,
  path: 'shop.orders.create',
  input: { value: {} },
  principal: { id: 'owner', name: 'owner', role: 'owner' as const },
};
const resolved = { source: 'shop', effect: 'write', hash: 'h', revision: 1 };
const done = (id: string, output: unknown) => ({ type: `xstate.done.actor.${id}`, output, actorId: id, at: AT });
const events = [
  done('resolve', resolved),
  done('judge', { verdict: { decision: 'ask', rule: 'r' }, resolved, binding: 'b' }),
  done('judge', { verdict: { decision: 'allow', rule: 'r' }, resolved, binding: '' }),
  done('attempt', { result: { value: 1 } }),
  done('attempt', { unknown: { code: 'internal', message: 'x' } }),
  { type: 'answer', n: 1, action: 'accept', by: 'owner', at: AT },
  { type: 'answer', n: 1, action: 'run_again', by: 'owner', at: AT },
  { type: 'cancel', by: 'owner', at: AT },
  { type: 'nonsense', at: AT },
];

const shape = ([snapshot, actions]: readonly [unknown, readonly { type: string; params: unknown }[]]) => ({
  persisted: JSON.parse(JSON.stringify(callMachine.getPersistedSnapshot(snapshot as never))),
  actions: actions.map(({ type, params }) => {
    const { id, src, input: given } = params as { id: string; src?: string; input?: unknown };
    return { type, id: typeof params === 'string' ? params : id, src: typeof src === 'string' ? src : undefined, input: given };
  }),
});

test('a step is what xstate’s own transition gives, whatever the events', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 12 }), sequence => {
      let theirs = initialTransition(callMachine, input) as unknown as Step;
      let ours = begin(callMachine, input);
      assert.deepEqual(shape(ours), shape(theirs));
      for (const event of sequence) {
        theirs = transition(callMachine, theirs[0] as never, event as never) as unknown as Step;
        const before: AnyMachineSnapshot = ours[0];
        ours = advance(callMachine, before, event);
        assert.deepEqual(shape(ours), shape(theirs));
        assert.deepEqual(persisted(ours[0]), callMachine.getPersistedSnapshot(ours[0] as never));
        if (ours[0] === before) assert.deepEqual(ours[1], []);
        const revived = revive(callMachine, shape(ours).persisted);
        assert.deepEqual(shape([revived, []]).persisted, shape(ours).persisted);
      }
    }),
    { numRuns: 200 },
  );
});
