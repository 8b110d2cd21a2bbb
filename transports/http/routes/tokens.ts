import type { Polka } from 'polka';
import { TokenInput } from '../../../machines/schema/principal.ts';
import { door, readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const tokenInput = door(TokenInput);

/** `/api/tokens`: access for other agents, people and machines. */
export function tokenRoutes(app: Polka, http: Http): void {
  const { tokens } = http.runtime;

  app.get('/api/tokens', (req, res) => {
    principalOf(req, http, 'administer');
    reply(res, 200, { items: tokens.list() });
  });

  app.post('/api/tokens', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    reply(res, 201, await tokens.create(tokenInput(await readJson(req)), by));
  });

  app.delete('/api/tokens/:id', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    await tokens.revoke(req.params.id!, by);
    reply(res, 200, { removed: req.params.id });
  });
}
