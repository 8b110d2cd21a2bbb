import type { ServerResponse } from 'node:http';
import type { Polka } from 'polka';
import { toFault } from '../../../machines/schema/fault.ts';
import { traceparentOf } from '../../../runtime/tracing/trace-context.ts';
import { invokeAnswer } from '../answer.ts';
import { limitOf, MediaTypeError, numberOf, readJson } from '../body.ts';
import { goneSignal, type Http, principalOf } from '../context.ts';
import { replyFile } from '../file.ts';
import { reply, replyText } from '../reply.ts';
import { STATUS } from '../status.ts';

/** `invoke` answers when the execution rests, at the latest after this many seconds. */
const HOLD_SECONDS = 300;

/** `/api/tools`: search, describe, invoke. */
export function toolRoutes(app: Polka, http: Http): void {
  const { tools, executions } = http.runtime;

  app.get('/api/tools', async (req, res) => {
    const principal = principalOf(req, http);
    const { q, source, cursor } = req.query;
    const limit = limitOf(req.query.limit);
    reply(
      res,
      200,
      await tools.search({ principal, ...(q && { q }), ...(source && { source }), ...(cursor && { cursor }), ...(limit && { limit }) }),
    );
  });

  for (const format of ['openapi', 'typescript'] as const) {
    app.get(`/api/tools/export/${format}`, async (req, res) => {
      const principal = principalOf(req, http);
      const { source } = req.query;
      const { text, etag } = await tools.export(format, { principal, ...(source && { source }) });
      replyFile(req, res, { text, etag, type: format === 'openapi' ? 'application/json' : 'text/plain' });
    });
  }

  app.get('/api/tools/:path', async (req, res) => {
    const principal = principalOf(req, http);
    reply(res, 200, await tools.describe(req.params.path!, principal));
  });

  app.post('/api/tools/invoke/:path', async (req, res) => {
    const principal = principalOf(req, http, 'call');
    try {
      const seconds = numberOf(req.query.wait, 'wait', { min: 0, max: 3600 }) ?? HOLD_SECONDS;
      const input = (await readJson(req)) ?? {};
      const key = req.headers['idempotency-key'];
      const { connection } = req.query;
      const { id } = await executions.invoke({
        path: req.params.path!,
        input,
        principal,
        ...(connection && { connection }),
        ...(typeof key === 'string' && { idempotencyKey: key }),
        ...traceparentOf(req.headers.traceparent),
      });
      const view = await executions.wait(id, principal, {
        seconds,
        // Most calls have ended by now: a signal costs more than the look.
        get signal() {
          return goneSignal(res);
        },
      });
      const isRead = view.state === 'done' || view.error?.code === 'graphql_errors';
      const data = isRead && view.result !== undefined ? Buffer.from(await executions.result(id, principal)).toString() : undefined;
      const { status, json } = invokeAnswer(view, data, http.base());
      replyText(res, status, json);
    } catch (error) {
      refuse(res, error);
    }
  });
}

/** What leaves no row is answered in the envelope of `invoke` all the same. */
function refuse(res: ServerResponse, thrown: unknown): void {
  const error = toFault(thrown);
  reply(res, thrown instanceof MediaTypeError ? 415 : STATUS[error.code], { ok: false, error });
}
