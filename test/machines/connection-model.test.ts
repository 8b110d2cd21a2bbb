import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { ConnectionContext } from '../../machines/schema/connection.ts';
import { after, assertAllReachable, assertSurvivesRestoring, assertWayOut, done, event, failed, first, type Model } from './model.ts';

const method = { id: 'oauth2', kind: 'oauth2', label: 'OAuth', fields: [], parts: [] };
const grant = {
  issuer: 'https://id.test',
  clientId: 'c',
  client: 'manual',
  tokenAuth: 'none',
  tokenEndpoint: 'https://id.test/token',
  scopes: ['a'],
  via: 'code',
};
const flow = (via: string) => ({
  via,
  secret: 'secret_f',
  stateHash: 'h',
  grant,
  startedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T00:30:00.000Z',
});
const obtained = { secret: 'secret_t', grant, canRefresh: true, expiresAt: '2026-01-01T01:00:00.000Z' };
const fault = { code: 'login_required', message: 'no' };
const authorize = (via: string) => event('authorize', { method, flow: flow(via) });
const connect = event('connect', { method: { ...method, id: 'bearer', kind: 'bearer' }, obtained: { secret: 'secret_k' } });

const model: Model = {
  machine: connectionMachine as unknown as AnyStateMachine,
  input: { at: '2026-01-01T00:00:00.000Z', source: 'shop', name: 'work', isDefault: true, method },
  context: ConnectionContext,
  alphabet: [
    connect,
    authorize('code'),
    authorize('device'),
    event('callback', { secret: 'secret_g' }),
    event('expire'),
    done('obtain', obtained),
    failed('obtain', fault),
    event('refresh'),
    done('refresh', { obtained }),
    done('refresh', { kept: fault, refreshAt: '2026-01-01T00:01:00.000Z' }),
    failed('refresh', fault),
    event('reject', { fault }),
    event('reject', { fault, missing: ['b'] }),
    event('checked', { identity: 'ada' }),
    event('prefer', { isDefault: false }),
    event('disconnect'),
  ],
  wild: fc.oneof(
    fc.record({ identity: fc.string({ minLength: 1 }) }).map(more => event('checked', more)),
    fc.array(fc.string()).map(missing => event('reject', { fault, missing })),
    fc.string().map(secret => done('obtain', { ...obtained, secret })),
    fc.constantFrom('code', 'device', 'client').map(authorize),
  ),
  essence: ({ value, context }) =>
    JSON.stringify([value, context.flow?.via, context.connectedAt !== undefined, context.canRefresh, context.missing]),
};

const walk = (...steps: ReturnType<typeof event>[]): AnyMachineSnapshot =>
  steps.reduce((snapshot, step) => after(model.machine, snapshot, step)[0], first(model));

test('every state of a connection is reached', () => assertAllReachable(model));

test('a login or a refresh comes to rest from wherever it is, though nobody begins it anew', () =>
  assertWayOut(model, { end: state => state.hasTag('rest'), without: ['connect', 'authorize', 'disconnect'] }));

test('a connection that is stored and restored at every step does what it does uninterrupted', () => assertSurvivesRestoring(model));

test('a login that comes to nothing leaves a credential that still works in its place', () => {
  const callback = event('callback', { secret: 'secret_g' });
  for (const end of [[event('expire')], [callback, failed('obtain', fault)]]) {
    const before = walk(connect, authorize('code'), ...end);
    assert.deepEqual([before.value, before.context.secret, before.context.flow], ['connected', 'secret_k', undefined]);
    assert.equal(walk(authorize('code'), ...end).value, 'failed');
  }
});

test('a link is for one use: a second callback does nothing', () => {
  const used = walk(authorize('code'), event('callback', { secret: 'secret_g' }));
  const [again, actions] = after(model.machine, used, event('callback', { secret: 'secret_x' }));
  assert.deepEqual([again === used, actions.length], [true, 0]);
});

test('a refresh that does not come through keeps the old token; one that is refused ends it', () => {
  const kept = walk(
    authorize('code'),
    event('callback', { secret: 's' }),
    done('obtain', obtained),
    event('refresh'),
    done('refresh', { kept: fault, refreshAt: 'x' }),
  );
  assert.deepEqual([kept.value, kept.context.secret, kept.context.fault], ['connected', 'secret_t', fault]);
  const dead = walk(
    authorize('code'),
    event('callback', { secret: 's' }),
    done('obtain', obtained),
    event('refresh'),
    failed('refresh', fault),
  );
  assert.deepEqual([dead.value, dead.context.connectedAt], ['expired', undefined]);
});

test('scopes that are missing leave the connection in use for everything else', () => {
  const { value, context } = walk(connect, event('reject', { fault, missing: ['b'] }));
  assert.deepEqual([value, context.missing, context.connectedAt !== undefined], ['connected', ['b'], true]);
});
