import type { When } from '../../machines/schema/policy.ts';
import { pathOf } from '../call-input.ts';
import { type Context, text } from '../command.ts';
import { connect } from '../connect.ts';
import { out, outJson, shown } from '../print.ts';

interface Covered {
  id: string;
  pattern: string;
  decision: string;
  when?: When;
  holds?: string;
}

interface Explained {
  decision: string;
  rule: string;
  pattern?: string;
  why: string;
  possible: Covered[];
  covering: Covered[];
}

/** `executor policy explain <path>` */
export async function run({ entry, flags, json, words }: Context): Promise<undefined> {
  const path = pathOf(words);
  const query = new URLSearchParams({ path });
  for (const name of ['principal', 'connection', 'input']) {
    const value = text(flags, name);
    if (value !== undefined) query.set(name, value);
  }
  const explained = await (await connect(entry)).ask<Explained>({ path: `/api/policies/explain?${query}` });
  if (json) return outJson(explained);
  const { decision, rule, pattern, why, possible, covering } = explained;
  out(`${decision}: ${shown(path)} is decided by ${shown(rule)}${pattern ? ` (${shown(pattern)})` : ''}`);
  out(`Because ${why}.`);
  for (const other of possible) out(`For some calls ${other.id} decides instead: ${line(other)}`);
  const decided = new Set([rule, ...possible.map(({ id }) => id)]);
  for (const other of covering) if (!decided.has(other.id)) out(`It also covers it: ${other.id} ${line(other)}`);
}

const line = ({ pattern, decision, when }: Covered) => `${decision} ${shown(pattern)}${when ? ` when ${JSON.stringify(when)}` : ''}`;
