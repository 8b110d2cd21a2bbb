import { Type } from '@sinclair/typebox';
import type { Polka } from 'polka';
import { FaultError } from '../../../machines/schema/fault.ts';
import { Rule } from '../../../machines/schema/policy.ts';
import type { Asked } from '../../../runtime/policy/desk.ts';
import { door, limitOf, readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const rule = door(Rule);
const simulated = door(
  Type.Object(
    {
      ...Rule.properties,
      days: Type.Number({ exclusiveMinimum: 0, maximum: 3650 }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    },
    { additionalProperties: false },
  ),
);
const text = Type.Optional(Type.String({ minLength: 1, maxLength: 512 }));
const asked = door(
  Type.Object(
    { path: Type.String({ minLength: 1, maxLength: 512 }), principal: text, connection: text, input: Type.Optional(Type.Unknown()) },
    { additionalProperties: false },
  ),
);

/** `/api/policies`: the rules, why a call is decided as it is, and what a rule would change. */
export function policyRoutes(app: Polka, http: Http): void {
  const { policies } = http.runtime;

  app.get('/api/policies', (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, { items: policies.list() });
  });

  app.put('/api/policies', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    reply(res, 200, await policies.put(rule(await readJson(req)), by));
  });

  app.get('/api/policies/explain', (req, res) => {
    principalOf(req, http, 'read');
    const { path, principal, connection, input } = req.query;
    if (!path) throw new FaultError('invalid_arguments', 'say which tool: ?path=github.issues.create');
    const given = { ...(principal && { principal }), ...(connection && { connection }), ...(input && { input: inputOf(input) }) };
    reply(res, 200, policies.explain(path, given));
  });

  app.post('/api/policies/explain', async (req, res) => {
    principalOf(req, http, 'read');
    const { path, ...given } = asked(await readJson(req));
    reply(res, 200, policies.explain(path, given as Asked));
  });

  app.post('/api/policies/preview', async (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, await policies.preview(rule(await readJson(req)), limitOf(req.query.limit)));
  });

  app.post('/api/policies/simulate', async (req, res) => {
    principalOf(req, http, 'read');
    const { days, limit, ...draft } = simulated(await readJson(req));
    reply(res, 200, await policies.simulate(draft as Rule, days, limit));
  });

  app.delete('/api/policies/:id', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    await policies.remove(req.params.id!, by);
    reply(res, 200, { removed: req.params.id });
  });
}

function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new FaultError('invalid_arguments', 'input is not JSON', { cause });
  }
}
