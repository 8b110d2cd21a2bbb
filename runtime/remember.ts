import type { CallContext, Interaction } from '../machines/schema/call.ts';
import type { ResumeInput } from '../machines/schema/execution.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { Policy, Remembered } from '../machines/schema/policy.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { DEFAULT_CONNECTION } from './call-facts.ts';
import { alwaysAsks } from './judgement.ts';
import { may } from './principals.ts';

const HOUR_MS = 3_600_000;
const SESSION_HOURS = 12;
/** A program that has not ended by then asks again. */
const PROGRAM_HOURS = 30 * 24;
const MOST_HOURS = 8760;

/**
 * The rule that an approval makes for calls to come: this tool as it is defined now, this connection, this principal, and no wider.
 * @returns undefined when nothing is to be remembered
 * @throws FaultError invalid_arguments for a scope there is not, forbidden for who may not widen anything
 */
export function ruleToRemember(asked: {
  answer: ResumeInput;
  interaction: Interaction;
  context: CallContext;
  /** What will run: the edited input, where there is one. */
  input: unknown;
  principal: Principal;
  now: Date;
}): Omit<Policy, 'id' | 'createdAt'> | undefined {
  const { answer, interaction, context, input, principal, now } = asked;
  const { remember } = answer;
  if (remember === undefined) return undefined;
  const scope = scopeOf(remember, context);
  if (scope === undefined) return undefined;
  if (interaction.kind !== 'approval' || answer.action !== 'accept') throw refused(`"remember" goes with the accepting of an approval`);
  if (!may(principal, 'answer')) {
    throw new FaultError('forbidden', `the role ${principal.role} may approve its own calls, once each; what is remembered, a person says`);
  }
  if (alwaysAsks({ path: context.path }, input)) {
    throw refused('what starts a command or opens the private network is never remembered: it asks each time');
  }
  const { hours, ...remembered } = scope;
  const definition = context.resolved?.hash;
  if (definition === undefined) throw refused('this call was never judged');
  return {
    pattern: context.path,
    decision: 'allow',
    when: { connection: interaction.request?.connection ?? context.connection ?? DEFAULT_CONNECTION, principal: context.principal.id },
    by: principal.id,
    ...(hours !== undefined && { expiresAt: new Date(now.getTime() + hours * HOUR_MS).toISOString() }),
    remembered: { execution: context.id, definition, ...remembered },
  };
}

const refused = (reason: string) => new FaultError('invalid_arguments', reason);

function scopeOf(
  text: string,
  { parent, principal }: CallContext,
): (Omit<Remembered, 'execution' | 'definition'> & { hours?: number }) | undefined {
  if (text === 'once') return undefined;
  if (text === 'always') return { scope: 'always' };
  if (text === 'session') return { scope: 'session', client: principal.client ?? null, hours: SESSION_HOURS };
  if (text === 'program') {
    if (parent === undefined) throw refused('this call belongs to no program; remember it for once, session, <n>h or always');
    return { scope: 'program', program: parent, hours: PROGRAM_HOURS };
  }
  const hours = Number(/^([1-9]\d{0,3})h$/.exec(text)?.[1]);
  if (!(hours <= MOST_HOURS)) {
    throw refused(`"${text}" cannot be remembered; it takes once, program, session, always, or hours from 1h to ${MOST_HOURS}h`);
  }
  return { scope: 'hours', hours };
}
