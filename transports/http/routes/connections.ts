import type { Polka } from 'polka';
import { ConnectionInput } from '../../../machines/schema/connection.ts';
import { door, numberOf, readJson } from '../body.ts';
import { goneSignal, type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const connectionInput = door(ConnectionInput);

/** `/api/connections`. Connecting is the owner's own act; links that are open are for the owner's eyes. */
export function connectionRoutes(app: Polka, http: Http): void {
  const { connections } = http.runtime;

  app.get('/api/connections', (req, res) => {
    const { role } = principalOf(req, http, 'read');
    const items = connections.list(req.query.source);
    reply(res, 200, { items: role === 'owner' ? items : items.map(({ authorizeUrl: _, userCode: __, ...view }) => view) });
  });

  app.post('/api/connections', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    const { values, ...input } = connectionInput(await readJson(req));
    const connected = await connections.connect({ ...input, ...(values && { values }) });
    const told = { ...input, ...(values && { values: Object.keys(values) }) };
    await http.runtime.audit.note(by, 'connection.connect', `${connected.source}/${connected.name}`, told);
    reply(res, 201, connected);
  });

  app.get('/api/connections/:ns/:name', async (req, res) => {
    principalOf(req, http, 'administer');
    const { ns, name } = req.params as { ns: string; name: string };
    const seconds = numberOf(req.query.wait, 'wait', { min: 0, max: 300 });
    reply(res, 200, seconds ? await connections.wait(ns, name, { seconds, signal: goneSignal(res) }) : connections.get(ns, name));
  });

  app.post('/api/connections/:ns/:name/check', async (req, res) => {
    principalOf(req, http, 'administer');
    await readJson(req);
    const { ns, name } = req.params as { ns: string; name: string };
    reply(res, 200, await connections.check(ns, name));
  });

  app.delete('/api/connections/:ns/:name', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    const { ns, name } = req.params as { ns: string; name: string };
    await connections.remove(ns, name);
    await http.runtime.audit.note(by, 'connection.remove', `${ns}/${name}`);
    reply(res, 200, { removed: `${ns}/${name}` });
  });
}
