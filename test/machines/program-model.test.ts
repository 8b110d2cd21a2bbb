import { test } from 'node:test';
import fc from 'fast-check';
import type { AnyStateMachine } from 'xstate';
import { programMachine } from '../../machines/program.ts';
import { ProgramContext } from '../../machines/schema/program.ts';
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

const tally = (total: number) => ({ total, first: [1], asked: [] });
const fault = { code: 'internal', message: 'no' };
const calls = fc.record({
  total: fc.nat(50),
  first: fc.array(fc.nat(50), { maxLength: 5 }),
  asked: fc.array(fc.nat(50), { maxLength: 5 }),
});
const steps = fc.array(fc.nat(50), { maxLength: 5 });
const stored = fc.oneof(fc.record({ value: json }), fc.constant({ ref: 'blob_1', bytes: 5000, sha256: 'x' }));
const time = fc.integer({ min: 0, max: 10_000_000 }).map(ms => new Date(Date.UTC(2026, 0, 1) + ms).toISOString());

const model = (timeoutMs?: number): Model => ({
  machine: programMachine as unknown as AnyStateMachine,
  input: {
    id: 'exec_1',
    at: '2026-01-01T00:00:00.000Z',
    code: { value: 'return 1' },
    principal: { id: 'owner', name: 'owner', role: 'owner' },
    seed: 's',
    ...(timeoutMs !== undefined && { timeoutMs }),
  },
  context: ProgramContext,
  alphabet: [
    done('run', { result: { value: 1 }, calls: tally(1) }),
    done('run', { fault, calls: tally(1) }),
    failed('run', fault),
    event('pause', { waiting: [1], calls: tally(1) }),
    event('wake'),
    event('expire'),
    event('expire', { calls: tally(2) }),
    event('cancel', { by: 'owner' }),
    event('cancel', { by: 'owner', calls: tally(2) }),
  ],
  wild: fc.oneof(
    fc.record({ result: stored, calls }).map(output => done('run', output)),
    fc.record({ calls }).map(output => done('run', output)),
    fc.string().map(message => done('run', { fault: { ...fault, message }, calls: tally(3) })),
    fc.string().map(message => failed('run', { code: 'limit_exceeded', message })),
    fc.record({ waiting: steps, calls, at: time }).map(more => event('pause', more)),
    time.map(at => event('wake', { at })),
    time.map(at => event('expire', { at })),
    fc.constant(event('cancel', { by: 'tok_1' })),
    fc.string().map(type => event(type)),
  ),
  essence: ({ value, context }) =>
    JSON.stringify([
      value,
      Math.min(context.runs, 3),
      context.deadline !== undefined,
      context.leftMs,
      context.fault?.code,
      context.calls.total,
    ]),
});

test('every state of a program is reached', () => assertAllReachable(model()));
test('a program can come to an end from wherever it is', () => assertWayOut(model(60_000)));
test('a program that has ended ignores everything', () => assertFinalIsFinal(model(60_000)));
test('a program that is stored and restored at every step goes on as if nothing had happened', () => {
  assertSurvivesRestoring(model());
  assertSurvivesRestoring(model(60_000));
});
