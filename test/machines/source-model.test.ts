import { test } from 'node:test';
import fc from 'fast-check';
import type { AnyStateMachine } from 'xstate';
import { SourceContext } from '../../machines/schema/source.ts';
import { sourceMachine } from '../../machines/source.ts';
import { assertAllReachable, assertFinalIsFinal, assertSurvivesRestoring, assertWayOut, done, event, failed, type Model } from './model.ts';

const LATER = '2026-01-02T00:00:00.000Z';
const document = { ref: 'held_1', bytes: 100, sha256: 'x' };
const detected = { kind: 'openapi', name: 'Shop', document, url: 'https://shop.test/openapi.json' };
const catalogued = (revision: number, warnings: string[] = []) => ({
  revision,
  name: 'Shop',
  toolCount: 3,
  origins: ['https://shop.test'],
  warnings,
  report: { operations: 3, tools: 3, bodiesDeclared: 1, bodiesSendable: 1 },
  diff: { value: { added: [], changed: [], removed: [], held: [] } },
});
const wantsLogin = { code: 'login_required', message: 'log in', details: { challenge: { resource: 'https://shop.test/mcp' } } };
const fault = { code: 'source_not_recognised', message: 'no' };

const model: Model = {
  machine: sourceMachine as unknown as AnyStateMachine,
  input: {
    at: '2026-01-01T00:00:00.000Z',
    namespace: 'shop',
    requestHash: 'h',
    origin: { url: 'https://shop.test/openapi.json' },
    name: 'shop',
    allowPrivate: false,
  },
  context: SourceContext,
  alphabet: [
    done('detect', detected),
    failed('detect', fault),
    failed('detect', wantsLogin),
    event('login'),
    event('challenged', { challenge: { resource: 'https://shop.test/mcp' } }),
    done('index', { catalogued: catalogued(1), refreshAt: LATER }),
    failed('index', fault),
    done('refresh', { detected, catalogued: catalogued(2) }),
    done('refresh', { detected, held: ['shop.a'] }),
    failed('refresh', fault),
    event('refresh'),
    event('accept', { held: [] }),
    event('update', { patch: { name: 'Other' } }),
    event('remove'),
  ],
  wild: fc.oneof(
    fc.constant(done('detect', detected)),
    fc
      .tuple(fc.integer({ min: 1 }), fc.array(fc.string()))
      .map(([revision, warnings]) => done('index', { catalogued: catalogued(revision, warnings) })),
    fc.integer({ min: 1 }).map(revision => done('refresh', { detected, catalogued: catalogued(revision), refreshAt: LATER })),
    fc.array(fc.string()).map(held => done('refresh', { detected: { ...detected, validators: { etag: 'x' } }, held })),
    fc.array(fc.string()).map(held => event('accept', { held })),
    fc.constantFrom('detect', 'index', 'refresh').map(id => failed(id, fault)),
    fc
      .record({ name: fc.string({ minLength: 1 }), baseUrl: fc.webUrl(), allowPrivate: fc.boolean() }, { requiredKeys: [] })
      .map(patch => event('update', { patch })),
    fc.constantFrom('detect', 'refresh').map(id => failed(id, wantsLogin)),
    fc.constantFrom('refresh', 'remove', 'expire', 'login').map(type => event(type)),
  ),
  essence: ({ value, context }) => JSON.stringify([value, context.catalogued?.revision, context.stale, context.fault?.code]),
};

test('every state of a source is reached', () => assertAllReachable(model));
test('a source can be removed from wherever it is', () => assertWayOut(model));
test('a source that is removed ignores everything', () => assertFinalIsFinal(model));
test('a source that is stored and restored at every step goes on as if nothing had happened', () => assertSurvivesRestoring(model));
