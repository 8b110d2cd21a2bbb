import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Decision, Rule } from '../../machines/schema/policy.ts';
import { answerJson, type Recorder, recordUpstream } from '../upstream-recorder.ts';
import { openWarehouse, type Warehouse } from './warehouse.ts';

/** What one may do to a daemon with one source: make rules, call, answer, and change the tool's definition meanwhile. */
type Step =
  | { do: 'rule'; pattern: string; decision: Decision; name: string | undefined }
  | { do: 'call'; tool: 'create' | 'list'; name: string }
  | { do: 'answer'; which: number; action: 'accept' | 'decline'; edit: string | undefined }
  | { do: 'redefine' };

const name = fc.constantFrom('a', 'b');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('rule' as const),
    pattern: fc.constantFrom('s.**', 's.boxes.*', 's.boxes.create', '*.*.create'),
    decision: fc.constantFrom('allow' as const, 'ask' as const, 'block' as const),
    name: fc.option(name, { nil: undefined }),
  }),
  {
    arbitrary: fc.record({ do: fc.constant('call' as const), tool: fc.constantFrom('create' as const, 'list' as const), name }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which: fc.nat(20),
      action: fc.constantFrom('accept' as const, 'accept' as const, 'decline' as const),
      edit: fc.option(name, { nil: undefined, freq: 4 }),
    }),
    weight: 3,
  },
  fc.record({ do: fc.constant('redefine' as const) }),
);

interface Bench extends Warehouse {
  boxes: Recorder;
  redefine(): Promise<void>;
}

async function openBench(t: TestContext): Promise<Bench> {
  const house = await openWarehouse(t);
  let edition = 1;
  const schema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
  const operation = { tags: ['boxes'], responses: { 200: { description: 'OK' } } };
  const boxes = await recordUpstream(t, ({ path }, res) =>
    answerJson(
      res,
      200,
      path !== '/openapi.json'
        ? {}
        : {
            openapi: '3.1.0',
            info: { title: 'Boxes', version: '1' },
            servers: [{ url: boxes.origin }],
            paths: {
              '/boxes': {
                get: { ...operation, operationId: 'list', parameters: [{ name: 'name', in: 'query', schema: { type: 'string' } }] },
                post: {
                  ...operation,
                  operationId: 'create',
                  summary: `Edition ${edition}`,
                  requestBody: { content: { 'application/json': { schema } } },
                },
              },
            },
          },
    ),
  );
  await house.owner.post('/api/sources', { url: `${boxes.origin}/openapi.json`, namespace: 's', allowPrivate: true });
  assert.equal((await house.owner.get('/api/sources/s?wait=60')).body.state, 'ready');
  const redefine = async () => {
    edition += 1;
    const { status, text } = await house.owner.post('/api/sources/s/refresh', {});
    assert.equal(status, 200, text);
  };
  return { ...house, boxes, redefine };
}

/** A call that waits, and which edition of the tool it was last shown to a person as. */
interface Waiting {
  id: string;
  name: string;
  edition: number;
  asked: number;
}

/** Lives through the steps, and compares what was shown, what was decided and what arrived after each. */
async function live({ owner, boxes, redefine }: Bench, steps: readonly Step[]): Promise<void> {
  const waiting: Waiting[] = [];
  let edition = 1;
  const shownFor = async (tool: string, input: object): Promise<Decision> =>
    (await owner.post('/api/policies/explain', { path: `s.boxes.${tool}`, principal: 'owner', connection: 'default', input })).body
      .decision;
  const sent = () => boxes.arrived.filter(({ path }) => path === '/boxes').map(({ method, text, query }) => `${method} ${text}${query}`);
  const told: string[] = sent();
  const check = (what: string) => assert.deepEqual(sent(), told, what);

  for (const each of steps) {
    if (each.do === 'rule') {
      const { pattern, decision } = each;
      const rule: Rule = { pattern, decision, ...(each.name && { when: { arguments: [{ path: '/name', equals: each.name }] } }) };
      assert.equal((await owner.put('/api/policies', rule)).status, 200);
    } else if (each.do === 'redefine') {
      await redefine();
      edition += 1;
    } else if (each.do === 'call') {
      const input = { name: each.name };
      const shown = await shownFor(each.tool, input);
      const { status, body } = await owner.invoke(`s.boxes.${each.tool}`, input);
      assert.equal(status, { allow: 200, ask: 202, block: 403 }[shown], `shown ${shown}: ${JSON.stringify(body)}`);
      if (shown === 'allow') told.push(each.tool === 'create' ? `POST ${JSON.stringify(input)}` : `GET name=${each.name}`);
      if (shown === 'ask' && each.tool === 'create') waiting.push({ id: body.error.executionId, name: each.name, edition, asked: 1 });
    } else if (waiting.length > 0) {
      const at = each.which % waiting.length;
      const call = waiting[at]!;
      const input = { name: each.action === 'accept' && each.edit ? each.edit : call.name };
      const shown = await shownFor('create', input);
      const { body } = await owner.resume(call.id, {
        action: each.action,
        interaction: `${call.id}.${call.asked}`,
        ...(each.action === 'accept' && each.edit && { content: { input } }),
      });
      if (each.action === 'accept' && shown !== 'block' && call.edition !== edition) {
        assert.equal(body.state, shown === 'allow' ? 'done' : 'awaitingApproval', 'another definition was shown');
        if (shown === 'allow') told.push(`POST ${JSON.stringify(input)}`);
        else waiting[at] = { ...call, name: input.name, edition, asked: call.asked + 1 };
        if (shown === 'allow') waiting.splice(at, 1);
      } else {
        const end = each.action === 'decline' || shown === 'block' ? 'denied' : 'done';
        assert.equal(body.state, end, JSON.stringify(body));
        if (end === 'done') told.push(`POST ${JSON.stringify(input)}`);
        waiting.splice(at, 1);
      }
    }
    check(JSON.stringify(each));
  }
  // What nobody has answered has not left.
  check('at the end');
  const { body } = await owner.get('/api/audit/verify');
  assert.equal(body.ok, true);
}

test('whatever is done in whatever order: what was shown is what is decided, and nothing leaves without it', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 40 }), async steps => live(await openBench(t), steps)),
    { numRuns: 4, endOnFailure: true },
  );
});
