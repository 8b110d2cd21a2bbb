import { Type } from '@sinclair/typebox';
import type { Polka } from 'polka';
import { CallState } from '../../../machines/schema/call.ts';
import { ForkRequest, ProgramRequest, ResumeInput } from '../../../machines/schema/execution.ts';
import { FaultError } from '../../../machines/schema/fault.ts';
import { isArtifact } from '../../../runtime/artifact.ts';
import type { ExecutionFilter } from '../../../runtime/runtime.ts';
import { traceparentOf } from '../../../runtime/tracing/trace-context.ts';
import { door, limitOf, numberOf, readJson } from '../body.ts';
import { goneSignal, type Http, principalOf } from '../context.ts';
import { sendRange } from '../range.ts';
import { reply } from '../reply.ts';

const resumeInput = door(ResumeInput);
const programRequest = door(ProgramRequest);
const forkRequest = door(ForkRequest);
const stateFilter = door(Type.Union([CallState, Type.Literal('pending')]));

/** How long an answer is held for what follows it. */
const HOLD_SECONDS = 300;

/** `/api/executions`: list, look, answer, cancel, history. */
export function executionRoutes(app: Polka, http: Http): void {
  const { executions } = http.runtime;

  app.get('/api/executions', async (req, res) => {
    const principal = principalOf(req, http);
    reply(res, 200, await executions.list(filterOf(req.query), principal));
  });

  app.post('/api/executions', async (req, res) => {
    const principal = principalOf(req, http, 'call');
    const { code, timeoutMs, simulate } = programRequest(await readJson(req));
    const key = req.headers['idempotency-key'];
    const view = await executions.start({
      code,
      principal,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(simulate && { simulate }),
      ...(typeof key === 'string' && { idempotencyKey: key }),
      ...traceparentOf(req.headers.traceparent),
    });
    reply(res, 202, view);
  });

  app.post('/api/executions/:id/approve-plan', async (req, res) => {
    const principal = principalOf(req, http);
    await readJson(req);
    reply(res, 202, await executions.approvePlan(req.params.id!, principal));
  });

  app.post('/api/executions/:id/fork', async (req, res) => {
    const principal = principalOf(req, http, 'call');
    reply(res, 202, await executions.fork(req.params.id!, forkRequest(await readJson(req)), principal));
  });

  app.get('/api/executions/:id/journal', async (req, res) => {
    const principal = principalOf(req, http);
    const limit = limitOf(req.query.limit);
    const { cursor } = req.query;
    reply(res, 200, await executions.journal(req.params.id!, principal, { ...(limit && { limit }), ...(cursor && { cursor }) }));
  });

  app.get('/api/executions/:id/output', async (req, res) => {
    const principal = principalOf(req, http);
    reply(res, 200, await executions.output(req.params.id!, principal));
  });

  app.get('/api/executions/:id', async (req, res) => {
    const principal = principalOf(req, http);
    const id = req.params.id!;
    const seconds = numberOf(req.query.wait, 'wait', { min: 0, max: 3600 });
    reply(res, 200, seconds ? await executions.wait(id, principal, { seconds, signal: goneSignal(res) }) : executions.get(id, principal));
  });

  app.post('/api/executions/:id/resume', async (req, res) => {
    const principal = principalOf(req, http);
    const id = req.params.id!;
    const seconds = numberOf(req.query.wait, 'wait', { min: 0, max: 3600 }) ?? HOLD_SECONDS;
    await executions.resume(id, resumeInput(await readJson(req)), principal);
    reply(res, 200, await executions.wait(id, principal, { seconds, signal: goneSignal(res) }));
  });

  app.post('/api/executions/:id/cancel', async (req, res) => {
    const principal = principalOf(req, http);
    await readJson(req);
    reply(res, 200, await executions.cancel(req.params.id!, principal));
  });

  app.get('/api/executions/:id/log', async (req, res) => {
    const principal = principalOf(req, http);
    reply(res, 200, await executions.log(req.params.id!, principal));
  });

  app.get('/api/executions/:id/result', async (req, res) => {
    const principal = principalOf(req, http);
    sendRange(req, res, await executions.result(req.params.id!, principal), 'application/json; charset=utf-8');
  });

  app.get('/api/executions/:id/file', async (req, res) => {
    const principal = principalOf(req, http);
    const result: unknown = JSON.parse(Buffer.from(await executions.result(req.params.id!, principal)).toString());
    if (!isArtifact(result)) throw new FaultError('execution_not_found', 'this execution has no file for its result');
    // Never shown as a page of ours, whatever the upstream calls it.
    res.setHeader('content-disposition', 'attachment');
    sendRange(req, res, Buffer.from(result.base64, 'base64'), result.contentType);
  });
}

function filterOf(query: Record<string, string>): ExecutionFilter {
  const filter: ExecutionFilter = {};
  for (const name of ['tool', 'source', 'parent', 'principal', 'q', 'since', 'until', 'cursor'] as const)
    if (query[name]) filter[name] = query[name];
  if (query.state) filter.state = stateFilter(query.state);
  const limit = limitOf(query.limit);
  if (limit) filter.limit = limit;
  return filter;
}
