import type { TokenInput } from '../../machines/schema/principal.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { UsageError } from '../failure.ts';
import { nearest } from '../nearest.ts';
import { note, out, outJson } from '../print.ts';
import { timeOf } from '../until.ts';

const ROLES = ['owner', 'approver', 'agent', 'viewer'] as const;

/** `executor token create <name>` */
export async function run({ entry, flags, json, words }: Context): Promise<undefined> {
  const role = text(flags, 'role') ?? 'agent';
  const known = ROLES.find(each => each === role);
  if (!known) {
    const near = nearest(role, [...ROLES]);
    throw new UsageError(`there is no role ${JSON.stringify(role)}`, near ? `Did you mean ${near}?` : `There are ${ROLES.join(', ')}.`);
  }
  const expires = text(flags, 'expires');
  const body: TokenInput = {
    name: words[0]!,
    role: known,
    ...(Array.isArray(flags.tools) && { tools: flags.tools }),
    ...(expires !== undefined && { expiresAt: timeOf(expires) }),
    ...(flags['self-approve'] === true && { selfApprove: true }),
  };
  const made = await (await connect(entry)).ask<{ id: string; token: string }>({ method: 'POST', path: '/api/tokens', body });
  if (json) return outJson(made);
  note(`${made.id}: this token is shown once. Give it as EXECUTOR_TOKEN, or as Authorization: Bearer <token>.`);
  out(made.token);
}
