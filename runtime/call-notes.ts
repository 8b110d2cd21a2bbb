import type { AnyMachineSnapshot } from 'xstate';
import type { AuditDraft } from '../machines/schema/audit.ts';
import type { CallContext, CallEvent, Interaction } from '../machines/schema/call.ts';
import { whoOf } from './acts.ts';
import type { Blobs } from './blobs.ts';
import { brief } from './mask.ts';
import { isSettled } from './views.ts';

/** What of a call goes on record: each answer to it, a write nobody knows the outcome of, and how it settled. */
export function callNotes(blobs: Blobs) {
  return (event: { type: string; at: string }, before: AnyMachineSnapshot | undefined, after: AnyMachineSnapshot): AuditDraft[] => {
    const context = after.context as CallContext;
    const was = before?.context as CallContext | undefined;
    const drafts = was && was.interactions !== context.interactions ? answers(event as CallEvent, was, context) : [];
    const state = String(after.value);
    if (isSettled(state) && !(before && isSettled(String(before.value)))) drafts.push(outcome(event.at, state, context, blobs));
    return drafts;
  };
}

function answers(event: CallEvent, was: CallContext, { interactions, id, path }: CallContext): AuditDraft[] {
  const drafts: AuditDraft[] = [];
  for (const [n, interaction] of interactions.entries()) {
    const before = was.interactions[n];
    if (!before && interaction.kind === 'unknown_outcome') {
      drafts.push({ at: event.at, act: 'unknown', ...whoOf(was.principal), target: id, tool: path, outcome: 'unknown' });
    }
    if (before && !before.settledAt && interaction.settledAt) drafts.push(answer(event, interaction, id, path));
  }
  return drafts;
}

function answer(event: CallEvent, { kind, action, by, note, n }: Interaction, id: string, tool: string): AuditDraft {
  const given = 'principal' in event && event.principal ? whoOf(event.principal) : { who: by ?? 'deadline' };
  return {
    at: event.at,
    act: 'answer',
    ...given,
    target: `${id}.${n}`,
    tool,
    ...(action && { outcome: action }),
    detail: brief({ kind, ...(note !== undefined && { note }), ...('input' in event && event.input && { edited: true }) }),
  };
}

function outcome(at: string, state: string, context: CallContext, blobs: Blobs): AuditDraft {
  const { id, path, principal, parent, connection, resolved, verdict, interactions, result, http, fault, input } = context;
  const approved = interactions.find(({ kind, action }) => kind === 'approval' && action === 'accept');
  const bytes = result && ('ref' in result ? result.bytes : Buffer.byteLength(JSON.stringify(result.value) ?? ''));
  return {
    at,
    act: 'call',
    ...whoOf(principal),
    target: id,
    tool: path,
    ...(resolved && { effect: resolved.effect }),
    ...(connection !== undefined && { connection }),
    ...(parent !== undefined && { parent }),
    outcome: state,
    ...(fault && { code: fault.code }),
    ...(http && { status: http.status }),
    ...(verdict && { decision: verdict.decision, rule: verdict.rule }),
    ...(approved?.by !== undefined && { approvedBy: approved.by }),
    ms: Date.parse(at) - Date.parse(context.startedAt),
    ...(bytes !== undefined && { bytes }),
    detail: 'ref' in input ? { bytes: input.bytes, sha256: input.sha256 } : brief(blobs.value(input)),
  };
}
