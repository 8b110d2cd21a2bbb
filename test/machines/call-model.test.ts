import { test } from 'node:test';
import fc from 'fast-check';
import type { AnyStateMachine } from 'xstate';
import { callMachine } from '../../machines/call.ts';
import { CallContext } from '../../machines/schema/call.ts';
import {
  assertAllReachable,
  assertFinalIsFinal,
  assertSurvivesRestoring,
  assertWayOut,
  done,
  event,
  failed,
  json,
  type Model,
} from './model.ts';

const resolved = (effect: string, hash = 'h1') => ({ source: 'shop', effect, hash, revision: 1 });
const judged = (decision: string, effect: string, more: object = {}) => ({
  verdict: { decision, rule: 'r' },
  resolved: resolved(effect),
  binding: '',
  ...more,
});
const asked = (binding: string) =>
  judged('ask', 'write', {
    binding,
    expiresAt: '2026-01-01T00:00:00.000Z',
    request: { tool: 't', source: 's', effect: 'write', input: {} },
  });
const need = { source: 'shop', connection: 'work', message: 'Log in to shop' };
const fault = { code: 'internal', message: 'no' };
const answer = (action: string, more: object = {}) => event('answer', { n: 1, action, by: 'owner', ...more });
const numbers = [1, 2, 3];

const effect = fc.constantFrom('read', 'write', 'destructive');
const stored = fc.oneof(fc.record({ value: json }), fc.constant({ ref: 'blob_1', bytes: 5000, sha256: 'x' }));
const http = { status: 200, headers: { 'content-type': 'application/json' } };

const model: Model = {
  machine: callMachine as unknown as AnyStateMachine,
  input: {
    id: 'exec_1',
    at: '2026-01-01T00:00:00.000Z',
    path: 'shop.orders.create',
    input: { value: {} },
    principal: { id: 'owner', name: 'owner', role: 'owner' },
  },
  context: CallContext,
  alphabet: [
    done('resolve', resolved('write')),
    done('resolve', resolved('read')),
    failed('resolve', fault),
    done('judge', asked('b1')),
    done('judge', asked('b2')),
    done('judge', judged('allow', 'write')),
    done('judge', judged('allow', 'read')),
    done('judge', judged('block', 'write', { fault: { code: 'tool_blocked', message: 'no' } })),
    failed('judge', fault),
    done('attempt', { result: { value: 1 }, http }),
    done('attempt', { error: { code: 'upstream_http_error', message: '500' }, http }),
    done('attempt', { unknown: fault }),
    done('attempt', { changed: true }),
    done('judge', judged('ask', 'write', { login: need })),
    done('attempt', { login: need }),
    event('login', { by: 'owner' }),
    failed('attempt', fault),
    ...['accept', 'decline', 'run_again', 'happened', 'give_up'].flatMap(action => numbers.map(n => answer(action, { n }))),
    answer('accept', { input: { value: { n: 2 } }, binding: 'b2' }),
    event('expire'),
    event('cancel', { by: 'owner' }),
  ],
  wild: fc.oneof(
    effect.map(each => done('resolve', resolved(each))),
    fc
      .tuple(effect, fc.constantFrom('b1', 'b2', 'b3'))
      .map(([each, binding]) => done('judge', { ...asked(binding), resolved: resolved(each) })),
    effect.map(each => done('judge', judged('allow', each))),
    fc.record({ result: stored }).map(output => done('attempt', { ...output, http })),
    fc.string().map(message => done('attempt', { unknown: { code: 'internal', message } })),
    fc.string().map(message => failed('attempt', { code: 'upstream_unreachable', message })),
    fc
      .record({
        action: fc.constantFrom('accept', 'decline', 'run_again', 'happened', 'give_up'),
        note: fc.string(),
        contentHash: fc.string(),
      })
      .map(({ action, ...more }) => answer(action, more)),
    stored.map(input => answer('accept', { input, binding: 'b3' })),
    stored.map(result => answer('happened', { result })),
    fc.array(fc.string()).map(missing => done('attempt', { login: { ...need, missing } })),
    fc.constant(event('login', { by: 'owner' })),
    fc.constant(event('expire')),
    fc.constant(event('cancel', { by: 'tok_1' })),
    fc.string().map(type => event(type)),
  ),
  essence: ({ value, context }) =>
    JSON.stringify([
      value,
      context.resolved?.effect,
      context.approved,
      context.interactions.at(-1)?.binding,
      Math.min(context.interactions.length, 2),
      context.fault?.code,
    ]),
};

test('every state of a call is reached', () => assertAllReachable(model));
test('a call can come to an end from wherever it is', () => assertWayOut(model));
test('a call that has ended ignores everything', () => assertFinalIsFinal(model));
test('a call that is stored and restored at every step goes on as if nothing had happened', () => assertSurvivesRestoring(model));
