import { isDeepStrictEqual } from 'node:util';
import type { CallContext, Interaction } from '../../../machines/schema/call.ts';
import type { Stored } from '../../../machines/schema/reference.ts';
import type { LogRow, Row } from '../../../runtime/store.ts';
import type { Errand } from './errand.ts';
import type { Claim } from './evidence.ts';
import type { Arrival } from './upstream.ts';

export interface Case {
  id: string;
  row: Row;
  log: readonly LogRow[];
  errand: Errand;
  arrivals: readonly Arrival[];
  claims: ReadonlyMap<string, Claim>;
  valueOf(stored: Stored): unknown;
}

const RESTS = new Set(['awaitingApproval', 'paused', 'done', 'failed', 'denied', 'cancelled']);

/** What the history says of one execution, held against what the upstream knows and what people were told. */
export function checkExecution(found: Case): string[] {
  const state = found.row.snapshot.value;
  const problems = RESTS.has(state) ? [] : [`it is stuck in ${state}`];
  if (found.errand.effect === 'read') problems.push(...checkRead(found));
  else problems.push(...checkEffects(found), ...checkClaims(found));
  return [...problems, ...checkAnswers(found)];
}

const contextOf = ({ row }: Case): CallContext => row.snapshot.context as CallContext;
const said = (interactions: readonly Interaction[], action: string) =>
  interactions.filter(({ kind, action: settled }) => kind === 'unknown_outcome' && settled === action).length;

function checkRead(found: Case): string[] {
  const { interactions } = contextOf(found);
  const claimed = [...found.claims.keys()].filter(key => key.startsWith(`${found.id}!`));
  return [
    ...(interactions.length > 0 ? ['a read asks a person'] : []),
    ...(claimed.length > 0 ? ['a read has claims'] : []),
    ...resultProblems(found),
  ];
}

function checkEffects(found: Case): string[] {
  const { arrivals, log } = found;
  const { interactions, fault, input } = contextOf(found);
  const state = found.row.snapshot.value;
  const problems: string[] = [];
  const starts = log.filter(({ state }, at) => state === 'running' && log[at - 1]?.state !== 'running').length;
  const commits = arrivals.filter(({ committed }) => committed).length;
  const allowed = 1 + said(interactions, 'run_again');
  const unknown = interactions.some(({ kind }) => kind === 'unknown_outcome');
  if (arrivals.length > allowed) problems.push(`${arrivals.length} requests arrived, a person agreed to ${allowed}`);
  if (arrivals.length > starts) problems.push(`${arrivals.length} requests arrived, the log has ${starts} starts`);
  if (commits > 0 && !unknown && state !== 'done')
    problems.push(`the upstream committed it, the history says ${state} and nothing of an unknown outcome`);
  if (state === 'denied' && starts === 0 && arrivals.length > 0) problems.push('it was denied, and a request arrived');
  if (state === 'done' && said(interactions, 'happened') === 0 && commits === 0) problems.push('it is done, and the upstream has nothing');
  if (state === 'failed' && fault?.code === 'upstream_http_error' && arrivals.at(-1)?.manner !== 'refuse')
    problems.push('it failed with an answer that the upstream did not give');
  for (const { sent, method } of arrivals) {
    if (method !== 'DELETE' && !isDeepStrictEqual(sent, found.valueOf(input))) problems.push('what arrived is not what was agreed to');
  }
  return [...problems, ...resultProblems(found)];
}

/** A result belongs to a request that the upstream committed and answered. */
function resultProblems(found: Case): string[] {
  const { interactions, result } = contextOf(found);
  if (found.row.snapshot.value !== 'done') return [];
  const value = result && (found.valueOf(result) as { marker?: string; receipt?: number; checked?: string } | null);
  if (interactions.at(-1)?.action === 'happened')
    return value?.checked === found.errand.marker ? [] : ['the result is not what the person said'];
  const arrival = found.arrivals.find(({ receipt }) => receipt === value?.receipt);
  if (value?.marker !== found.errand.marker || !arrival) return ['the result is not one of its own'];
  return arrival.committed && arrival.answered ? [] : ['the result is of a request that was not answered'];
}

function checkClaims(found: Case): string[] {
  const { log, claims, id } = found;
  const { attempt, interactions } = contextOf(found);
  const problems: string[] = [];
  const own = [...claims].filter(([key]) => key.startsWith(`${id}!`));
  const hasRun = log.some(({ state }) => state === 'running');
  if (own.length > attempt) problems.push(`${own.length} claims for ${attempt} attempts`);
  if (hasRun && own.length === 0) problems.push('it ran without a claim');
  if (!hasRun && own.length > 0) problems.push('it never ran, and has a claim');
  const open = own.filter(([, { closedAt }]) => closedAt === undefined).length;
  const unknowns = interactions.filter(({ kind }) => kind === 'unknown_outcome').length;
  if (open > unknowns) problems.push(`${open} claims are open, ${unknowns} unknown outcomes were shown`);
  const last = claims.get(`${id}!${attempt}`);
  const answered = log.at(-1)?.event.type === 'xstate.done.actor.attempt';
  if (answered && found.row.snapshot.value === 'done' && last?.outcome !== 'answered')
    problems.push('it is done, and its claim is not closed as answered');
  return problems;
}

/** What the daemon has acknowledged stays true. */
function checkAnswers({ id, row, errand }: Case): string[] {
  const { interactions, fault } = row.snapshot.context as CallContext;
  const state = row.snapshot.value;
  const problems: string[] = [];
  for (const { status, body } of errand.replies) {
    if (status === 200 && body.ok === true && state !== 'done') problems.push(`a client was told that it is done, it is ${state}`);
    if (body.executionId && body.ok === false && body.error?.code !== fault?.code)
      problems.push(`a client was told ${body.error.code}, it is ${fault?.code ?? state}`);
    for (const { id: shown } of body.error?.interactions ?? [])
      if (!interactions.some(({ n }) => `${id}.${n}` === shown)) problems.push(`a client was shown ${shown}, which is not there`);
  }
  for (const { id: answered, n, action, status, body } of errand.said.filter(each => each.id === id)) {
    const settled = interactions[n - 1];
    if (status === 200 && settled?.action !== action)
      problems.push(`${action} of ${answered}.${n} was accepted, the history says ${settled?.action}`);
    if (status === 409 && body.error.code === 'already_settled' && settled?.action !== body.error.details.action)
      problems.push(
        `somebody was told that ${answered}.${n} was settled as ${body.error.details.action}, the history says ${settled?.action}`,
      );
    if (status !== 200 && status !== 409) problems.push(`${action} of ${answered}.${n} was answered ${status} ${JSON.stringify(body)}`);
  }
  for (const { body } of errand.cancels)
    if (body.state === 'cancelled' && state !== 'cancelled') problems.push(`a client was told that it is cancelled, it is ${state}`);
  return problems;
}
