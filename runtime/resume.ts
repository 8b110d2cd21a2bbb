import type { ExecutionView, ResumeInput } from '../machines/schema/execution.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { Principal } from '../machines/schema/principal.ts';
import type { Actor } from './actor.ts';
import { actBy } from './acts.ts';
import { createAnswerContent } from './answer-content.ts';
import { alreadySettled, contentHashOf, matchAnswer } from './answers.ts';
import type { Blobs } from './blobs.ts';
import type { Catalog } from './catalog.ts';
import type { Dispatch } from './dispatch.ts';
import type { Execution, Look } from './executions.ts';
import { alwaysAsks } from './judgement.ts';
import type { Policies } from './policies.ts';
import { may, recorded } from './principals.ts';
import { questionOf } from './programs/question.ts';
import type { Registry } from './registry.ts';
import { ruleToRemember } from './remember.ts';
import type { Runtime } from './runtime.ts';
import type { Store } from './store.ts';
import { isSettled } from './views.ts';

/** Answering what an execution asks: an approval, a form, an unknown outcome. */
export function createResume(parts: {
  store: Store;
  registry: Registry;
  catalog: Catalog;
  dispatch: Dispatch;
  policies: Policies;
  blobs: Blobs;
  now: () => Date;
  entitled(id: string, principal: Principal, look: Look): Execution;
  /** The newest state once it is stored. */
  settledNow<A extends Execution>(id: string, principal: Principal, seen: A): Promise<A>;
  stored(id: string, seq: number): Promise<Execution>;
  view(actor: Execution): ExecutionView;
  cancel: Runtime['executions']['cancel'];
}): Runtime['executions']['resume'] {
  const { store, registry, policies, blobs, now, entitled, settledNow, stored, view, cancel } = parts;
  const contentOf = createAnswerContent(parts);

  async function resume(id: string, answer: ResumeInput, principal: Principal): Promise<ExecutionView> {
    const found = entitled(id, principal, registry.current);
    if (found.kind === 'program') return resumeProgram(found, answer, principal);
    let actor = found;
    const deadline = actor.context.interactions.at(-1)?.expiresAt;
    if (actor.state === 'awaitingApproval' && deadline !== undefined && deadline <= now().toISOString()) {
      // The timer has not come round to it yet; the deadline holds all the same.
      actor = registry.send('call', id, { type: 'expire' }) ?? actor;
    }
    actor = await settledNow(id, principal, actor);
    const last = actor.context.interactions.at(-1);
    if (answer.action === 'cancel' && isSettled(actor.state) && actor.state !== 'cancelled' && last?.settledAt) throw alreadySettled(last);
    if (answer.action === 'cancel') return cancel(id, principal);
    const { interaction, settled } = matchAnswer(id, actor.context, answer);
    if (
      interaction.kind !== 'form' &&
      !may(principal, 'answer') &&
      !(principal.selfApprove && actor.context.principal.id === principal.id && !actor.context.path.startsWith('executor.'))
    ) {
      throw new FaultError(
        'forbidden',
        `the role ${principal.role} may not answer an ${interaction.kind.replace('_', ' ')}; open the approval URL as the owner`,
      );
    }
    if (settled) return view(await stored(id, actor.seq));
    const { context } = actor;
    const given = contentOf(answer, context, interaction);
    const input = answer.content?.input ?? blobs.value(context.input);
    if (interaction.kind === 'approval' && alwaysAsks({ path: context.path }, input) && !may(principal, 'administer')) {
      throw new FaultError('forbidden', 'only the owner may approve what starts a command or opens the private network');
    }
    const event = {
      type: 'answer',
      n: interaction.n,
      action: answer.action,
      by: principal.id,
      principal: recorded(principal),
      contentHash: contentHashOf(answer),
      ...(answer.note && { note: answer.note }),
      ...given,
    };
    const rule = ruleToRemember({ answer, interaction, context, input, principal, now: now() });
    if (!rule) return view(await stored(id, registry.send('call', id, event as never)?.seq ?? 0));
    const kept = await policies.remember(rule, async op => {
      // Somebody else may have answered while this waited for its turn: then theirs is the answer, and nothing is remembered.
      const newest = registry.current('call', id);
      if (!newest || matchAnswer(id, newest.context, answer).settled) return false;
      const note = store.note(actBy(principal, now().toISOString(), 'policy.remember', id, rule));
      return stored(id, registry.send('call', id, event as never, [op, note])?.seq ?? 0);
    });
    return view(kept === false ? entitled(id, principal, registry.stored) : kept);
  }

  /** A program is answered through the call that asks. The reply is the program's view. */
  async function resumeProgram(found: Actor<'program'>, answer: ResumeInput, principal: Principal): Promise<ExecutionView> {
    const { id } = found;
    await settledNow(id, principal, found);
    if (answer.action === 'cancel' && answer.interaction === undefined) return cancel(id, principal);
    const interaction = await questionOf(id, answer.interaction, { store, call: child => registry.current('call', child) });
    await resume(interaction.slice(0, interaction.lastIndexOf('.')), { ...answer, interaction }, principal);
    return view(entitled(id, principal, registry.stored));
  }

  return resume;
}
