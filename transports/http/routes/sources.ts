import { Type } from '@sinclair/typebox';
import type { Polka } from 'polka';
import { FaultError } from '../../../machines/schema/fault.ts';
import { SourceInput, SourcePatch } from '../../../machines/schema/source.ts';
import { reachesSource } from '../../../runtime/principals.ts';
import { door, MIB, numberOf, readJson } from '../body.ts';
import { goneSignal, type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const sourceInput = door(SourceInput);
const sourcePatch = door(SourcePatch);
const detectInput = door(
  Type.Object({ url: Type.String({ minLength: 1 }), allowPrivate: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
);

/** `/api/sources` and `/api/detect`. */
export function sourceRoutes(app: Polka, http: Http): void {
  const { sources } = http.runtime;

  app.post('/api/detect', async (req, res) => {
    principalOf(req, http, 'administer');
    reply(res, 200, await sources.detect(detectInput(await readJson(req))));
  });

  app.get('/api/sources', (req, res) => {
    const principal = principalOf(req, http);
    reply(res, 200, { items: sources.list().filter(({ namespace }) => reachesSource(principal, namespace)) });
  });

  app.post('/api/sources', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    reply(res, 202, await sources.add(sourceInput(await readJson(req, 128 * MIB)), by));
  });

  app.get('/api/sources/:ns', async (req, res) => {
    const principal = principalOf(req, http);
    if (!reachesSource(principal, req.params.ns!)) throw new FaultError('source_not_found', `there is no source ${req.params.ns}`);
    const seconds = numberOf(req.query.wait, 'wait', { min: 0, max: 300 });
    reply(res, 200, seconds ? await sources.wait(req.params.ns!, { seconds, signal: goneSignal(res) }) : sources.get(req.params.ns!));
  });

  app.patch('/api/sources/:ns', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    reply(res, 200, await sources.update(req.params.ns!, sourcePatch(await readJson(req)), by));
  });

  app.delete('/api/sources/:ns', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    await sources.remove(req.params.ns!, by);
    reply(res, 200, { removed: req.params.ns });
  });

  app.get('/api/sources/:ns/diff', (req, res) => {
    principalOf(req, http);
    reply(res, 200, sources.lastDiff(req.params.ns!) ?? { added: [], changed: [], removed: [], held: [] });
  });

  app.post('/api/sources/:ns/refresh', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    await readJson(req);
    reply(res, 200, await sources.refresh(req.params.ns!, by));
  });
}
