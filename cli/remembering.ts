import type { ExecutionView, InteractionView } from '../machines/schema/execution.ts';
import type { Rule } from '../machines/schema/policy.ts';
import type { Daemon } from './connect.ts';
import { note, shown } from './print.ts';

/** So far back a rule that is about to be made is held against what was called. */
const DAYS = 30;

/** Shows the rule that remembering makes beside what it would have done, and the narrower one there may be. */
export async function noteRemembered(daemon: Daemon, view: ExecutionView, { request }: InteractionView, remember: string): Promise<void> {
  if (!request || remember === 'once') return;
  const when = { connection: request.connection ?? 'default', principal: view.principal };
  const rule: Rule = { pattern: request.tool, decision: 'allow', when };
  const past = await daemon.ask<{ differs: number; examined: number }>({
    method: 'POST',
    path: '/api/policies/simulate',
    body: { ...rule, days: DAYS, limit: 1 },
  });
  note(`  remember    ${shown(remember)}: allow ${shown(request.tool)} for ${shown(when.principal)} as ${shown(when.connection)}`);
  note(`              of ${past.examined} calls in ${DAYS} days, ${past.differs} would have run without asking`);
  const narrower = request.suggested?.when?.arguments;
  if (narrower)
    note(`  narrower    executor policy set ${shown(request.tool)} allow --when '${shown(JSON.stringify(request.suggested?.when))}'`);
}
