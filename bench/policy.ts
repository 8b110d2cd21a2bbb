import type { Policy } from '../machines/schema/policy.ts';
import type { Effect } from '../machines/schema/tool.ts';
import { compileRules } from '../runtime/policy/rulebook.ts';
import { report, reportMachine } from './figures.ts';

/** What a decision costs with 1,000 rules, conditional ones among them, over 125,000 tools, each asked about once and in no order. */

const TOOLS = 125_000;
const RULES = 1000;
const EFFECTS: Effect[] = ['read', 'write', 'destructive'];
const pathOf = (n: number) => `s${n % 125}.g${Math.floor(n / 125) % 50}.t${Math.floor(n / 6250)}`;

function ruleOf(n: number): Policy {
  const patterns = [
    `s${n % 125}.**`,
    `s${n % 125}.g${n % 50}.*`,
    `*.g${n % 50}.t${n % 20}`,
    pathOf((n * 7919) % TOOLS),
    `s${n % 125}.*.t${n % 20}`,
  ];
  const decision = (['allow', 'ask', 'block'] as const)[n % 3]!;
  const conditions = [
    undefined,
    { effect: 'write' as const },
    { arguments: [{ path: '/amount', lt: n }] },
    { arguments: [{ path: '/to', matches: '@example\\.(com|org)$' }] },
    { principal: 'claude', connection: 'work' },
  ];
  const when = conditions[Math.floor(n / 5) % conditions.length];
  return { id: `pol_${n}`, pattern: patterns[n % patterns.length]!, decision, createdAt: '', ...(when && { when }) };
}

reportMachine();
const rules = await compileRules(Array.from({ length: RULES }, (_, n) => ruleOf(n)));
const now = new Date().toISOString();
const principal = { id: 'tok_1', name: 'claude' };
const input = { amount: 40, to: 'someone@example.com', body: 'hello' };
const taken: number[] = [];
for (let round = 0; round < 2; round++) {
  taken.length = 0;
  for (let n = 0; n < TOOLS; n++) {
    const path = pathOf((n * 104_729) % TOOLS);
    const call = { path, effect: EFFECTS[n % 3]!, principal, connection: 'default', input, isCall: true };
    const before = process.hrtime.bigint();
    rules.deciding(call, now);
    taken.push(Number(process.hrtime.bigint() - before) / 1000);
  }
}
report('policy decision', taken, { target: 20, unit: 'µs' });
