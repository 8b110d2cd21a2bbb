import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Polka } from 'polka';
import { FaultError } from '../../../machines/schema/fault.ts';
import { SettingsPatch } from '../../../machines/schema/settings.ts';
import { ACTOR_KINDS, isActorKind } from '../../../runtime/actors.ts';
import { door, limitOf, readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const settingsPatch = door(SettingsPatch);

/** The visualizer's data, and the care of what is stored: self-check, backup, settings. */
export function actorRoutes(app: Polka, http: Http): void {
  const { actors, maintenance } = http.runtime;

  app.get('/api/actors', async (req, res) => {
    principalOf(req, http, 'read');
    const { kind, state, cursor } = req.query;
    if (kind !== undefined && !isActorKind(kind)) {
      throw new FaultError('invalid_arguments', `there is no kind "${kind}"; there are ${ACTOR_KINDS.join(', ')}`);
    }
    const limit = limitOf(req.query.limit);
    reply(
      res,
      200,
      await actors.list({
        ...(kind !== undefined && { kind }),
        ...(state && { state }),
        ...(cursor && { cursor }),
        ...(limit && { limit }),
      }),
    );
  });

  app.get('/api/actors/:id', async (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, await actors.get(req.params.id!));
  });

  app.get('/api/machines', async (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, await actors.machines());
  });

  app.get('/api/machines/:kind', (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, actors.chart(req.params.kind!));
  });

  app.get('/api/doctor', async (req, res) => {
    principalOf(req, http, 'administer');
    reply(res, 200, await maintenance.diagnose());
  });

  app.get('/api/backup', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    await http.runtime.audit.note(by, 'backup', undefined, { withKey: req.query.withKey === '1' });
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    const raw = new PassThrough();
    const sent = pipeline(raw, createGzip({ level: 1 }), res);
    // A copy that fails half-way must not end as a whole one: the connection breaks, and so does the file.
    maintenance.backup(raw, { withKey: req.query.withKey === '1' }).then(
      () => raw.end(),
      error => raw.destroy(error),
    );
    await sent.catch(() => res.destroy());
  });

  app.get('/api/settings', (req, res) => {
    principalOf(req, http, 'read');
    reply(res, 200, maintenance.settings());
  });

  app.patch('/api/settings', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    reply(res, 200, await maintenance.updateSettings(settingsPatch(await readJson(req)), by));
  });
}
