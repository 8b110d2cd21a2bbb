import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision, Policy } from '../../machines/schema/policy.ts';
import { compileRules } from '../../runtime/policy/rulebook.ts';
import { checkPattern, covers, defaultVerdict } from '../../runtime/policy.ts';

const rule = (pattern: string, decision: Decision): Policy => ({ id: `pol_${pattern}_${decision}`, pattern, decision, createdAt: '' });
const decide = async (rules: Policy[], path: string, effect: 'read' | 'write' | 'destructive' = 'write') =>
  ((await compileRules(rules)).deciding({ path, effect, isCall: true }, '') ?? defaultVerdict(effect)).decision;

for (const [pattern, path, expected] of [
  ['github.issues.create', 'github.issues.create', true],
  ['github.*.create', 'github.issues.create', true],
  ['github.*', 'github.issues.create', false],
  ['github.**', 'github.issues.create', true],
  ['github.**', 'githubx.issues.create', false],
  ['**', 'github.issues.create', true],
  ['*.*.*', 'github.issues.create', true],
  ['**', 'executor.policies.set', false],
  ['*.policies.set', 'executor.policies.set', false],
  ['executor.**', 'executor.policies.set', true],
] as const) {
  test(`the pattern ${pattern} ${expected ? 'covers' : 'leaves out'} ${path}`, () => assert.equal(covers(pattern, path), expected));
}

test('reads run and everything else asks when no rule says otherwise', async () => {
  assert.equal(await decide([], 'a.b.c', 'read'), 'allow');
  assert.equal(await decide([], 'a.b.c', 'write'), 'ask');
  assert.equal(await decide([], 'a.b.c', 'destructive'), 'ask');
});

test('the rule with more literal segments wins, whatever it says', async () => {
  assert.equal(await decide([rule('github.**', 'block'), rule('github.issues.create', 'allow')], 'github.issues.create'), 'allow');
  assert.equal(await decide([rule('**', 'allow'), rule('github.issues.**', 'ask')], 'github.issues.create'), 'ask');
});

test('at the same number of literal segments block beats ask beats allow', async () => {
  assert.equal(await decide([rule('github.*.create', 'allow'), rule('github.issues.*', 'block')], 'github.issues.create'), 'block');
  assert.equal(await decide([rule('github.*.create', 'allow'), rule('github.issues.*', 'ask')], 'github.issues.create'), 'ask');
});

for (const pattern of ['a..b', '**.b', 'a.**.c', 'a b', '', 'a.*b']) {
  test(`"${pattern}" is refused with the reason`, () => {
    assert.throws(() => checkPattern(pattern), { code: 'invalid_arguments' });
  });
}
