import type { Policy, Rule } from '../../machines/schema/policy.ts';
import { readObject } from '../call-input.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { UsageError } from '../failure.ts';
import { nearest } from '../nearest.ts';
import { note, out, outJson, shown } from '../print.ts';
import { timeOf } from '../until.ts';

const DECISIONS = ['allow', 'ask', 'block'] as const;

interface Preview {
  covers: number;
  changes: number;
  tools: { path: string; before: string; after: string; sometimes?: true }[];
}

/** `executor policy set <pattern> allow|ask|block` */
export async function run({ entry, flags, json, words }: Context): Promise<undefined> {
  const [pattern, said] = words as [string, string];
  const decision = DECISIONS.find(each => each === said);
  if (!decision) {
    const near = nearest(said, [...DECISIONS]);
    throw new UsageError(`a rule says allow, ask or block, not ${JSON.stringify(said)}`, near && `Did you mean ${near}?`);
  }
  const when = text(flags, 'when');
  const expires = text(flags, 'expires');
  const rule: Rule = {
    pattern,
    decision,
    ...(when !== undefined && { when: (await readObject(when)) as NonNullable<Rule['when']> }),
    ...(expires !== undefined && { expiresAt: timeOf(expires) }),
  };
  const daemon = await connect(entry);
  if (flags['dry-run'] === true) {
    const preview = await daemon.ask<Preview>({ method: 'POST', path: '/api/policies/preview', body: rule });
    if (json) return outJson(preview);
    note(`It covers ${preview.covers} tools and changes ${preview.changes}; nothing was set.`);
    for (const { path, before, after, sometimes } of preview.tools)
      out(`${shown(path)}  ${before} → ${after}${sometimes ? ' (sometimes)' : ''}`);
    return;
  }
  const policy = await daemon.ask<Policy>({ method: 'PUT', path: '/api/policies', body: rule });
  if (json) return outJson(policy);
  const rest = [policy.when && `when ${JSON.stringify(policy.when)}`, policy.expiresAt && `until ${policy.expiresAt}`].filter(Boolean);
  out([policy.id, policy.decision, shown(policy.pattern), ...rest].join('  '));
}
