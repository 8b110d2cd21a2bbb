import { callMachine } from '../machines/call.ts';
import { CallContext, type Change, type Judged, type LoginNeed, type Outcome, type Resolved } from '../machines/schema/call.ts';
import { type Fault, FaultError, toFault } from '../machines/schema/fault.ts';
import type { Verdict } from '../machines/schema/policy.ts';
import type { Tool } from '../machines/schema/tool.ts';
import { shownRequest } from './approval-request.ts';
import { referable } from './artifact.ts';
import { bindingOf } from './binding.ts';
import type { Blobs } from './blobs.ts';
import { factsOf } from './call-facts.ts';
import { callNotes } from './call-notes.ts';
import type { Catalog } from './catalog.ts';
import type { Compare } from './compare.ts';
import { crashPoint } from './crash-point.ts';
import type { Dispatch, Sending } from './dispatch.ts';
import { indexRows } from './execution-index.ts';
import type { Judgement } from './judgement.ts';
import { refuseReferences } from './kinds/builtin/refusals.ts';
import type { Answering } from './kinds/calling.ts';
import type { Reading, UpstreamRequest } from './kinds/kind.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { Logic } from './logic.ts';
import { covers } from './policy.ts';
import { isInSlice, type Principals } from './principals.ts';
import type { Plans } from './programs/plan.ts';
import type { Programs } from './programs/programs.ts';
import type { SettingsStore } from './settings.ts';
import { isStricterEffect } from './strictness.ts';
import { createSurprise } from './surprise.ts';
import { traceparentFor } from './tracing/trace-context.ts';
import { isSettled } from './views.ts';

const DAY_MS = 24 * 3_600_000;

/** What makes a call live: how its effects are run, where it is found, when it is due. */
export function createCallLogic(parts: {
  catalog: Catalog;
  judgement: Judgement;
  ledger: Ledger;
  blobs: Blobs;
  dispatch: Dispatch;
  settings: SettingsStore;
  principals: Principals;
  limits?: Limits;
  compare?: Compare;
  plans?: Plans;
  programs?: Pick<Programs, 'isRunning'>;
  /** Whether executions are told to a collector. */
  isTraced?: boolean;
  now: () => Date;
  log?: (line: string) => void;
}): Logic {
  const {
    catalog,
    judgement,
    ledger,
    blobs,
    dispatch,
    settings,
    principals,
    limits,
    compare,
    plans,
    programs,
    isTraced = false,
    now,
    log = () => {},
  } = parts;
  const surprise = createSurprise(tool => catalog.lookupOf(tool), log);

  const inputOf = (context: CallContext) => blobs.value(context.input) as Record<string, unknown>;

  /** What was made of an input is made once: resolving, judging and the first attempt usually follow each other at once. */
  const made = new WeakMap<CallContext['input'], Made>();

  function make(context: CallContext): Made {
    const { tool, revision } = catalog.of(context);
    const source = dispatch.target(tool);
    const known = made.get(context.input);
    if (known?.tool === tool && known.source === source) return known;
    const input = inputOf(context);
    catalog.validate(tool, input);
    const request = dispatch.request(tool, input, context.id);
    const fresh = { tool, revision, source, input, request };
    made.set(context.input, fresh);
    return fresh;
  }

  const resolvedOf = ({ tool, revision }: Made): Resolved => ({ source: tool.source, effect: tool.effect, hash: tool.hash, revision });

  /** What is outside of a principal's slice does not exist for it. */
  function resolve(context: CallContext): Resolved {
    const principal = principals.current(context.principal);
    if (principal && !isInSlice(principal, context.path)) throw new FaultError('tool_not_found', `there is no tool ${context.path}`);
    if (context.path.startsWith('executor.')) refuseReferences(inputOf(context), context.principal);
    const resolved = resolvedOf(make(context));
    limits?.admit(context);
    return resolved;
  }

  /** What a program began with it keeps. */
  const kept = ({ parent }: CallContext, resolved: Resolved | undefined) =>
    parent === undefined || !resolved || resolved.revision === 0 ? [] : catalog.hold(parent, resolved.source, resolved.revision);

  function judge(context: CallContext): Judged | Promise<Judged> {
    const { tool, input, request } = make(context);
    const resolved = resolvedOf(make(context));
    const standing = dispatch.standing(tool, context.connection);
    const ruled = judgement.of(tool, factsOf(context, input, standing.connection));
    const verdict = plans?.verdict(context, tool, input, ruled) ?? ruled;
    if (!principals.current(context.principal)) {
      const fault = { code: 'forbidden' as const, message: `the token of ${context.principal.name} was revoked or has expired` };
      return { verdict: { decision: 'block', rule: 'revoked' }, resolved, binding: '', fault };
    }
    if (verdict.decision === 'block') return { verdict, resolved, binding: '', fault: blocked(tool, verdict) };
    if (standing.login) return { verdict, resolved, binding: '', login: standing.login };
    if (verdict.decision === 'allow') return { verdict, resolved, binding: '' };
    const expiresAt = new Date(now().getTime() + settings.get().approvalDays * DAY_MS).toISOString();
    const { connection } = standing;
    const asked = { verdict, resolved, binding: bindingOf(tool, request, input, connection), expiresAt };
    const show = (changes?: Change[]): Judged => ({
      ...asked,
      request: shownRequest({ tool, input, request, connection, verdict, principal: context.principal, difference: changes }),
    });
    const isAnswered = asked.binding === context.approved;
    return compare?.applies(tool) && !isAnswered ? compare.of(context, tool, input).then(show) : show();
  }

  async function attempt(id: string, context: CallContext, number: number, resumed: boolean, signal: AbortSignal): Promise<Outcome> {
    if (!resumed || context.resolved?.effect === 'read' || !ledger.open(id, number)) return leave(context, signal, resumed);
    // It may have been carried out already: whatever comes now, nothing may say that it was not.
    try {
      const { tool } = catalog.of(context);
      if (tool.hash === context.resolved?.hash && dispatch.mayRepeat(tool)) {
        const outcome = await leave(context, signal, true);
        if (!outcome.changed && !outcome.login) return outcome;
      }
    } catch {
      // It could not be sent again; of the first time nobody knows.
    }
    return { unknown: { code: 'internal', message: 'the daemon stopped while it was in flight' } };
  }

  async function leave(context: CallContext, signal: AbortSignal, resumed: boolean): Promise<Outcome> {
    const { tool } = catalog.of(context);
    const isRead = context.resolved?.effect === 'read';
    if (tool.hash !== context.resolved?.hash || isStricterEffect(tool.effect, context.resolved.effect)) return { changed: true };
    const { request, input } = make(context);
    const { connection, login } = dispatch.standing(tool, context.connection);
    if (login) return { login };
    if (context.approved && context.approved !== bindingOf(tool, request, input, connection)) return { changed: true };
    try {
      const answering = answeringOf(context, resumed);
      const sending = {
        id: context.id,
        input,
        principal: context.principal.id,
        connection,
        signal,
        answering,
        traceparent: toldTo(tool, context),
      };
      return await send(tool, request, (isRead || dispatch.mayRepeat(tool)) && !answering, sending);
    } catch (error) {
      if (isRead || notSent(error)) throw error;
      return { unknown: toFault(error) };
    }
  }

  /** Upstreams are told of traces only where the owner said so. */
  const toldTo = ({ path }: Tool, context: CallContext): string | undefined =>
    settings.get().traceTools?.some(pattern => covers(pattern, path)) ? traceparentFor(context.id, context, isTraced) : undefined;

  /** A connection that is lost is tried once more, where that can do no harm: an idle one may have just been closed by the other side. */
  async function send(tool: Tool, request: UpstreamRequest, mayRepeat: boolean, sending: Sending): Promise<Outcome> {
    try {
      return await answer(tool, request, sending);
    } catch (error) {
      const isLost = error instanceof FaultError && error.code === 'upstream_unreachable' && !notSent(error);
      if (!isLost || !mayRepeat || sending.signal.aborted) throw error;
      return answer(tool, request, sending).catch((again: unknown) => {
        // That the second was not sent says nothing of the first.
        throw notSent(again) ? error : again;
      });
    }
  }

  /** What a person answered to the form the call waited for. A read that is made again after a restart asks anew. */
  function answeringOf({ answering, continuation, resolved }: CallContext, resumed: boolean): Answering | undefined {
    if (!answering || (resumed && !continuation && resolved?.effect === 'read')) return undefined;
    return {
      action: answering.action,
      ...(answering.content && { content: blobs.value(answering.content) as Record<string, unknown> }),
      ...(continuation && { continuation: blobs.value(continuation) }),
    };
  }

  async function answer(tool: Tool, request: UpstreamRequest, sending: Sending): Promise<Outcome> {
    crashPoint('before-send');
    const { data, error, http, form, login } = await dispatch.send(tool, request, sending).catch(waitForLogin);
    crashPoint('after-answer');
    if (login) return { login };
    if (form) {
      const { continuation, ...asked } = form;
      return { form: { ...asked, ...(continuation !== undefined && { continuation: blobs.keep(continuation) }) } };
    }
    const result = data === undefined ? undefined : blobs.keep(referable(data, sending.id));
    if (result && !error) surprise(tool, data, result);
    const read = { ...(http && { http }), ...(result && { result }) };
    return error ? { ...read, error } : { ...read, result: read.result ?? { value: null } };
  }

  return {
    machine: callMachine,
    context: CallContext,
    version: 1,
    migrations: {},
    effects: {
      resolve: {
        early: () => true,
        settle: ({ id, context }, { output }) => [
          ...(limits?.ops(id) ?? []),
          ...kept(context as CallContext, output as Resolved | undefined),
        ],
        run: ({ context }) => resolve(context as CallContext),
      },
      judge: { early: () => true, run: ({ context }) => judge(context as CallContext) },
      attempt: {
        early: ({ context }) => (context as CallContext).resolved?.effect === 'read',
        claim: ({ id, input, context }) => ((context as CallContext).resolved?.effect === 'read' ? [] : ledger.claim(id, attemptOf(input))),
        settle: ({ id, input, context }, { output, error }) => {
          if ((context as CallContext).resolved?.effect === 'read') return [];
          const outcome = output as Outcome | undefined;
          // It is still under way on the other side, or will be made again: only the answer closes the claim.
          if (outcome?.form) return [];
          return ledger.close(
            id,
            attemptOf(input),
            outcome?.unknown ? 'unknown' : error || outcome?.changed || outcome?.login ? 'not_sent' : 'answered',
          );
        },
        run: ({ id, input, context, resumed, signal }) => attempt(id, context as CallContext, attemptOf(input), resumed, signal),
      },
    },
    refuse: snapshot => (snapshot.value === 'failed' && !snapshot.context.resolved ? snapshot.context.fault : undefined),
    notes: callNotes(blobs),
    // A program that rests or ends is shown with its calls: they are stored with it.
    patient: (_id, context) => {
      const { parent } = context as CallContext;
      return parent === undefined || (programs?.isRunning(parent) ?? true);
    },
    // Its program has its answer, and a read that is not stored is made again. What a person was asked is on show.
    unawaited: (_id, { value, context }) => {
      const { parent, resolved, interactions } = context as CallContext;
      return (
        parent !== undefined &&
        resolved?.effect === 'read' &&
        isSettled(String(value)) &&
        interactions.length === 0 &&
        programs?.isRunning(parent) === true
      );
    },
    sync: (before, after) => after.context.interactions.length > 0 && before?.context.interactions !== after.context.interactions,
    index: (id, snapshot) => indexRows(id, String(snapshot.value), snapshot.context),
    due: snapshot => (snapshot.value === 'awaitingApproval' ? snapshot.context.interactions.at(-1)?.expiresAt : undefined),
  };
}

interface Made {
  tool: Tool;
  revision: number;
  /** What is stored of the source: a request made for another state of it does not count. */
  source: unknown;
  input: Record<string, unknown>;
  request: UpstreamRequest;
}

/** The credential turned out to be dead when it was needed: that is no failure of the call. */
function waitForLogin(error: unknown): Reading {
  if (!(error instanceof FaultError) || error.code !== 'login_required' || error.details?.sent !== false) throw error;
  const { source, connection, missing } = error.details as Omit<LoginNeed, 'message'>;
  return { login: { source, message: error.message, ...(connection && { connection }), ...(missing && { missing }) } };
}

const notSent = (error: unknown): boolean => error instanceof FaultError && error.details?.sent === false;

function blocked({ path, source }: Tool, { rule, pattern }: Verdict): Fault {
  const message =
    rule === 'held'
      ? `${path} is new or changed since ${source} was added, and is held until the owner has reviewed it`
      : `${path} is blocked by the rule ${pattern}`;
  return { code: 'tool_blocked', message, details: { rule } };
}

const attemptOf = (input: unknown): number => (input as { attempt: number }).attempt;
