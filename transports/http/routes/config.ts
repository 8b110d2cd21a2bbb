import type { Polka } from 'polka';
import { Config, ConfigRequest } from '../../../machines/schema/config.ts';
import { door, readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const configRequest = door(ConfigRequest);

/** `/api/config`: what is set up as a file, without secrets; what a file would change; and changing it. */
export function configRoutes(app: Polka, http: Http): void {
  const { config } = http.runtime;

  app.get('/api/config', async (req, res) => {
    principalOf(req, http, 'administer');
    reply(res, 200, await config.export());
  });

  app.get('/api/config/schema', (req, res) => {
    principalOf(req, http);
    reply(res, 200, { $schema: 'https://json-schema.org/draft/2020-12/schema', ...Config });
  });

  app.post('/api/config/plan', async (req, res) => {
    principalOf(req, http, 'administer');
    reply(res, 200, { changes: await config.plan(configRequest(await readJson(req))) });
  });

  app.post('/api/config', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    reply(res, 200, await config.apply(configRequest(await readJson(req)), by));
  });
}
