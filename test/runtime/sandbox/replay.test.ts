import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Delivery, JournalEntry, Output, Step, StepOutcome } from '../../../runtime/sandbox/protocol.ts';
import { programsOf } from '../programs/random-programs.ts';
import { at, local } from './local.ts';

/**
 * Random programs, random completion orders, random points at which the process ends. `choices` say which of the steps under way is done
 * next; `crashes` say after which delivery the VM is lost, and when exactly: before the delivery reaches it, or before what it then asked is
 * stored.
 */
type Crash = { after: number; moment: 'stored' | 'asked' };

const RUNS = Number(process.env.SANDBOX_RUNS ?? 300);

const programs = programsOf(
  fc.nat(9).map(i => `tools.shop.op${i}({ i: ${i}, seen: out.length })`),
  fc.oneof(
    fc.nat(500).map(ms => `sleep(${ms})`),
    fc.constant('tools.$search("x")'),
  ),
);
const crash = fc.record({ after: fc.nat(8), moment: fc.constantFrom('stored' as const, 'asked' as const) });

/** What the outside answers depends on the request only. */
function answer({ request, n }: Step): StepOutcome {
  if ((request.length + n) % 3 === 0) return { ok: false, error: { code: 'upstream_http_error', message: 'no', status: 500 } };
  return { ok: true, json: JSON.stringify({ n, size: request.length }) };
}

async function play(code: string, choices: readonly number[], crashes: readonly Crash[]) {
  const ledger: string[] = [];
  const output: Output[] = [];
  const journal: JournalEntry[] = [];
  const pending = new Map<number, Step>();
  let order = 0;
  let residences = 1;
  let session = await local(code);
  let turn = session.first;

  function store(steps: readonly Step[]): void {
    for (const step of steps) {
      ledger.push(`${step.n} ${step.hash}`);
      pending.set(step.n, step);
      journal.push({ n: step.n, kind: step.kind, hash: step.hash, summary: step.summary });
    }
  }

  for (;;) {
    for (const item of turn.output) output[item.i] = item;
    if (turn.end) return { end: turn.end, ledger, output, residences };
    store(turn.steps);
    const open = [...pending.keys()].sort((a, b) => a - b);
    const n = open[(choices[order % choices.length] ?? 0) % open.length]!;
    const delivery: Delivery = { n, at: at(order + 1), outcome: answer(pending.get(n)!) };
    pending.delete(n);
    const entry = journal.findIndex(({ n: known }) => known === n);
    journal[entry] = { ...journal[entry]!, delivered: { order: order++, at: delivery.at, outcome: delivery.outcome } };
    const hit = crashes.find(({ after }) => after === order);
    if (hit?.moment !== 'stored') turn = session.deliver([delivery]);
    if (hit) {
      residences++;
      session = await local(code, [...journal]);
      turn = session.first;
    }
  }
}

test('a program that is interrupted anywhere ends as it would have, with the same calls', { timeout: 600_000 }, async () => {
  let rebuilt = 0;
  await fc.assert(
    fc.asyncProperty(
      programs,
      fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }),
      fc.uniqueArray(crash, { minLength: 1, maxLength: 2, selector: ({ after }) => after }),
      async (code, choices, crashes) => {
        const whole = await play(code, choices, []);
        const { residences, ...broken } = await play(code, choices, crashes);
        rebuilt += residences - 1;
        assert.deepEqual(stable(broken), stable(whole));
      },
    ),
    { numRuns: RUNS },
  );
  assert.ok(rebuilt > RUNS / 4, `only ${rebuilt} VMs were rebuilt`);
});

const stable = ({ end, ledger, output }: Pick<Awaited<ReturnType<typeof play>>, 'end' | 'ledger' | 'output'>) => ({ end, ledger, output });

async function recorded(code: string, answers: number): Promise<JournalEntry[]> {
  const journal: JournalEntry[] = [];
  const session = await local(code);
  let turn = session.first;
  for (let order = 0; order <= answers && !turn.end; order++) {
    for (const { n, kind, hash, summary, line } of turn.steps) journal.push({ n, kind, hash, summary, ...(line && { line }) });
    if (order === answers) break;
    const outcome: StepOutcome = { ok: true, json: String(order) };
    journal[order] = { ...journal[order]!, delivered: { order, at: at(order + 1), outcome } };
    turn = session.deliver([{ n: order + 1, at: at(order + 1), outcome }]);
  }
  return journal;
}

test('recorded steps are not asked again, and the program goes on after them', async () => {
  const code = 'const a = await tools.s.a();\nconst b = await tools.s.b({ a });\nreturn a + b;';
  const session = await local(code, await recorded(code, 1));
  assert.deepEqual(session.first.steps, []);
  assert.deepEqual(session.first.waiting, [2]);
  assert.deepEqual(session.deliver([{ n: 2, at: at(9), outcome: { ok: true, json: '41' } }]).end, { type: 'done', json: '41' });
});

test('other code than the recorded ends in replay_diverged with both steps, and asks nothing', async () => {
  const journal = await recorded('await tools.s.read({ id: 1 });\nreturn 1', 0);
  const { first } = await local('tools.s.extra();\n\nawait tools.s.write({ id: 1 });', journal);
  assert.deepEqual(first.steps, []);
  assert.ok(first.end?.type === 'failed');
  const { code, message, details } = first.end.fault;
  assert.equal(code, 'replay_diverged');
  assert.match(
    message,
    /Step 1 was recorded as call .*s\.read.* \(line 1\), and is now call .*s\.extra.* \(line 1\)\. Nothing was called\./,
  );
  assert.deepEqual(Object.keys(details!), ['step', 'recorded', 'actual']);
});

test('a program that ends without a recorded step, or is given the end of one it never asked, has diverged', async () => {
  const journal = await recorded('await tools.s.read();\nawait tools.s.more()', 1);
  for (const code of ['return 1', 'await tools.s.read(); return 2', 'throw new Error("no")']) {
    const { first } = await local(code, journal);
    assert.ok(first.end?.type === 'failed' && first.end.fault.code === 'replay_diverged', code);
  }
  const ahead = [{ ...journal[1]!, delivered: { order: 0, at: at(1), outcome: { ok: true as const, json: '1' } } }];
  const { first } = await local('await tools.s.read(); await tools.s.more()', ahead);
  assert.ok(first.end?.type === 'failed' && first.end.fault.code === 'replay_diverged');
});

test('a fork keeps what was answered before and asks anew after', async () => {
  const journal = await recorded('const a = await tools.s.a();\nawait tools.s.b({ a });', 1);
  const { first } = await local('const a = await tools.s.a();\nawait tools.s.other({ a });', journal.slice(0, 1));
  assert.deepEqual(
    first.steps.map(({ n, line, after, request }) => ({ n, line, after, request })),
    [{ n: 2, line: 2, after: 1, request: '{"path":"s.other","input":{"a":0}}' }],
  );
});

test('time moves at deliveries only, randomness comes from the seed, and there is no other zone than UTC', async () => {
  const code =
    'const a = Date.now(); for (let i = 0; i < 1e5; i++); const b = Date.now(); await sleep(50);\nreturn [a === b, a, new Date().toISOString(), new Date(2026, 6, 1).toISOString(), new Date().constructor === Date, Math.random(), crypto.randomUUID()]';
  const results = await Promise.all([1, 2].map(async () => (await local(code)).deliver([{ n: 1, at: at(7), outcome: { ok: true } }]).end));
  assert.deepEqual(results[0], results[1]);
  assert.ok(results[0]?.type === 'done');
  assert.deepEqual(JSON.parse(results[0].json).slice(0, 5), [true, Date.parse(at(0)), at(7), '2026-07-01T00:00:00.000Z', true]);
});
