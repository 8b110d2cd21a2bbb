import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision, Policy, When } from '../../machines/schema/policy.ts';
import type { Tool } from '../../machines/schema/tool.ts';
import { createJudgement } from '../../runtime/judgement.ts';
import type { Circumstances } from '../../runtime/policy/conditions.ts';
import { compileRules } from '../../runtime/policy/rulebook.ts';
import { covers, defaultVerdict } from '../../runtime/policy.ts';

const NOW = '2026-06-01T00:00:00.000Z';
const rule = (id: string, pattern: string, decision: Decision, when?: When, more: Partial<Policy> = {}): Policy => ({
  id,
  pattern,
  decision,
  createdAt: '',
  ...(when && { when }),
  ...more,
});
const judged = async (rules: Policy[], call: Partial<Circumstances> = {}) => {
  const given = { path: 'pay.orders.create', effect: 'write' as const, input: {}, isCall: true, ...call };
  return ((await compileRules(rules)).deciding(given, NOW) ?? defaultVerdict(given.effect ?? 'write')).decision;
};

for (const [condition, input, expected] of [
  [{ path: '/amount', lt: 50 }, { amount: 49 }, true],
  [{ path: '/amount', lt: 50 }, { amount: 50 }, false],
  [{ path: '/amount', lt: 50 }, { amount: '1' }, false],
  [{ path: '/amount', lt: 50 }, {}, false],
  [{ path: '/amount', gt: 10, lt: 50 }, { amount: 20 }, true],
  [{ path: '/to', in: ['a@x.org', 'b@x.org'] }, { to: 'b@x.org' }, true],
  [{ path: '/to', in: ['a@x.org'] }, { to: 'c@x.org' }, false],
  [{ path: '/to', equals: { b: 1, a: [2] } }, { to: { a: [2], b: 1 } }, true],
  [{ path: '/to', equals: null }, { to: null }, true],
  [{ path: '/to', equals: null }, {}, false],
  [{ path: '/to', matches: '@x\\.org$' }, { to: 'a@x.org' }, true],
  [{ path: '/to', matches: '^x' }, { to: 'a@x.org' }, false],
  [{ path: '/to', exists: true }, { to: 0 }, true],
  [{ path: '/to', exists: false }, {}, true],
  [{ path: '/lines/1/sku', equals: 'b' }, { lines: [{ sku: 'a' }, { sku: 'b' }] }, true],
  [{ path: '/a~1b/~0c', equals: 1 }, { 'a/b': { '~c': 1 } }, true],
  [{ path: '/constructor', exists: true }, {}, false],
  [{ path: '/lines/length', exists: true }, { lines: [] }, false],
] as const) {
  test(`${JSON.stringify(condition)} ${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(input)}`, async () => {
    const when = { arguments: [condition] } as unknown as When;
    assert.equal(await judged([rule('a', 'pay.**', 'allow', when)], { input }), expected ? 'allow' : 'ask');
  });
}

test('effect, connection and principal must hold as well, and expired rules do not', async () => {
  const principal = { id: 'tok_1', name: 'claude' };
  assert.equal(await judged([rule('a', '**', 'allow', { effect: 'read' })]), 'ask');
  assert.equal(await judged([rule('a', '**', 'allow', { effect: ['read', 'write'] })]), 'allow');
  assert.equal(await judged([rule('a', '**', 'allow', { connection: 'work' })], { connection: 'personal' }), 'ask');
  assert.equal(await judged([rule('a', '**', 'allow', { principal: 'claude' })], { principal }), 'allow');
  assert.equal(await judged([rule('a', '**', 'allow', { principal: 'tok_2' })], { principal }), 'ask');
  assert.equal(await judged([rule('a', '**', 'allow', undefined, { expiresAt: NOW })]), 'ask');
});

test('at the same pattern block beats all, else a condition that holds beats a plain rule, else ask beats allow', async () => {
  const small: When = { arguments: [{ path: '/amount', lt: 50 }] };
  const plain = rule('p', 'pay.orders.create', 'ask');
  const input = { amount: 1 };
  assert.equal(await judged([plain, rule('c', 'pay.orders.create', 'allow', small)], { input }), 'allow');
  assert.equal(await judged([plain, rule('c', 'pay.orders.create', 'allow', small)], { input: { amount: 99 } }), 'ask');
  assert.equal(await judged([rule('b', 'pay.orders.create', 'block'), rule('c', 'pay.orders.create', 'allow', small)], { input }), 'block');
  assert.equal(await judged([plain, rule('a', 'pay.orders.create', 'allow')], { input }), 'ask');
  assert.equal(await judged([rule('b', 'pay.**', 'block'), rule('c', 'pay.orders.create', 'allow', small)], { input }), 'allow');
});

test('a remembered rule is void once the definition is another one, and holds for its program or client only', async () => {
  const remembered = { execution: 'exec_1', scope: 'always', definition: 'one' } as const;
  const rules = [rule('a', 'pay.orders.create', 'allow', undefined, { remembered })];
  assert.equal(await judged(rules, { definition: 'one' }), 'allow');
  assert.equal(await judged(rules, { definition: 'two' }), 'ask');
  const program = [
    rule('a', 'pay.orders.create', 'allow', undefined, { remembered: { ...remembered, scope: 'program', program: 'exec_p' } }),
  ];
  assert.equal(await judged(program, { definition: 'one', program: 'exec_p' }), 'allow');
  assert.equal(await judged(program, { definition: 'one', program: 'exec_q' }), 'ask');
  const session = [rule('a', 'pay.orders.create', 'allow', undefined, { remembered: { ...remembered, scope: 'session', client: null } })];
  assert.equal(await judged(session, { definition: 'one' }), 'allow');
  assert.equal(await judged(session, { definition: 'one', client: 'cursor' }), 'ask');
});

test('no expression and no text stall the daemon', async () => {
  const before = performance.now();
  const evil = rule('a', '**', 'block', { arguments: [{ path: '/q', matches: '^(a+)+$' }] });
  assert.equal(await judged([evil], { input: { q: `${'a'.repeat(16_000)}!` } }), 'ask');
  assert.equal(await judged([evil], { input: { q: 'a'.repeat(1_000_000) } }), 'block', 'what is too long to match is not let through');
  assert.equal(await judged([{ ...evil, decision: 'allow' }], { input: { q: 'a'.repeat(1_000_000) } }), 'ask');
  assert.ok(performance.now() - before < 5000);
});

for (const [when, reason] of [
  [{ arguments: [{ path: 'amount', lt: 1 }] }, /JSON pointer/],
  [{ arguments: [{ path: '/a~2', lt: 1 }] }, /JSON pointer/],
  [{ arguments: [{ path: '/a' }] }, /says nothing/],
  [{ arguments: [{ path: '/a', matches: '(' }] }, /cannot be matched/],
  [{ arguments: [{ path: '/a', matches: '(?=a)b' }] }, /lookaround/],
  [{ arguments: [{ path: '/a', matches: '((a{0,99}){0,99}){0,99}' }] }, /cannot be matched/],
] as const) {
  test(`the condition ${JSON.stringify(when)} is refused with the reason`, async () => {
    await assert.rejects(compileRules([rule('a', '**', 'ask', when as unknown as When)]), reason);
  });
}

// Random rules and calls: the decision that is shown is the one that is taken, and both are what the words of the README say.
const segment = fc.constantFrom('a', 'b', 'executor');
const path = fc.tuple(segment, segment, segment).map(parts => parts.join('.'));
const pattern = fc.oneof(
  path,
  fc.tuple(fc.constantFrom('*', 'a', 'b', 'executor'), fc.constantFrom('*', 'a', 'b')).map(parts => `${parts.join('.')}.**`),
  fc.tuple(fc.constantFrom('*', 'a'), fc.constantFrom('*', 'b'), fc.constantFrom('*', 'a')).map(parts => parts.join('.')),
  fc.constant('**'),
);
const when = fc.option(
  fc.record(
    {
      effect: fc.constantFrom('read' as const, 'write' as const),
      connection: fc.constantFrom('work', 'default'),
      principal: fc.constantFrom('one', 'two'),
      arguments: fc.constantFrom<NonNullable<When['arguments']>>(
        [{ path: '/n', lt: 5 }],
        [{ path: '/s', exists: true }],
        [{ path: '/s', matches: '^x' }],
      ),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const rules = fc
  .array(fc.record({ pattern, when, decision: fc.constantFrom('allow' as const, 'ask' as const, 'block' as const) }), { maxLength: 12 })
  .map(all =>
    all.map((each, n) =>
      rule(`pol_${n}`, each.pattern, each.decision, each.when && Object.keys(each.when).length > 0 ? (each.when as When) : undefined),
    ),
  );
const facts = fc.record({
  path,
  effect: fc.constantFrom('read' as const, 'write' as const, 'destructive' as const),
  connection: fc.constantFrom('work', 'default'),
  who: fc.constantFrom('one', 'two'),
  input: fc.record({ n: fc.integer({ min: 0, max: 9 }), s: fc.constantFrom('x', 'y') }, { requiredKeys: [] }),
});

test('for random rules and calls, what is shown is what is decided, and what the rules say in words', async () => {
  await fc.assert(
    fc.asyncProperty(rules, facts, async (all, { who, ...call }) => {
      const book = await compileRules(all);
      const policies = {
        deciding: (c: Circumstances) => book.deciding({ ...c, isCall: true }, NOW),
        consider: (c: Circumstances) => book.consider(c, NOW),
      };
      const judgement = createJudgement(policies as never, { isHeld: () => false, successor: () => undefined });
      const tool = {
        path: call.path,
        effect: call.effect,
        hash: 'h',
        binding: {},
        source: 'a',
        description: '',
        inputSchema: true,
      } as Tool;
      const principal = { id: who, name: who };
      const taken = judgement.of(tool, { principal, connection: call.connection, input: call.input });
      assert.deepEqual(judgement.shown(tool, { principal, connection: call.connection, input: call.input }).verdict, taken);
      assert.equal(taken.decision, inWords(all, { ...call, principal }));
      // What is shown without knowing the call says at least that it may be otherwise.
      const vague = judgement.shown(tool, {});
      assert.ok(vague.verdict.rule === taken.rule || vague.possible.some(({ id }) => id === taken.rule), JSON.stringify({ taken, vague }));
    }),
    { numRuns: 300 },
  );
});

/** The contract's sentence, word by word, slow and plain. */
function inWords(
  all: Policy[],
  call: {
    path: string;
    effect: 'read' | 'write' | 'destructive';
    connection: string;
    principal: { id: string };
    input: { n?: number; s?: string };
  },
): Decision {
  const fits = ({ when: w }: Policy) =>
    !w ||
    ((w.effect === undefined || w.effect === call.effect) &&
      (w.connection === undefined || w.connection === call.connection) &&
      (w.principal === undefined || w.principal === call.principal.id) &&
      (w.arguments ?? []).every(({ path: at, lt, matches, exists }) => {
        const value = at === '/n' ? call.input.n : call.input.s;
        return (
          (lt === undefined || Number(value) < lt) &&
          (exists === undefined || (value !== undefined) === exists) &&
          (matches === undefined || value === 'x')
        );
      }));
  const literal = (text: string) => text.split('.').filter(part => !part.startsWith('*')).length;
  const covering = all.filter(each => covers(each.pattern, call.path) && fits(each));
  const most = Math.max(...covering.map(each => literal(each.pattern)));
  const best = covering.filter(each => literal(each.pattern) === most);
  if (best.some(({ decision }) => decision === 'block')) return 'block';
  const conditional = best.filter(each => each.when);
  const [first, ...rest] = (conditional.length > 0 ? conditional : best).map(({ decision }) => decision);
  if (first === undefined) return defaultVerdict(call.effect).decision;
  return [first, ...rest].includes('ask') ? 'ask' : 'allow';
}
