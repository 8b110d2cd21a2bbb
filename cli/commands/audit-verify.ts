import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { count, note, out, outJson } from '../print.ts';

interface Verified {
  ok: boolean;
  entries: number;
  first?: number;
  last?: number;
  head: string;
  problem?: { seq: number; reason: string };
}

/** `executor audit verify` */
export async function run({ entry, json }: Context): Promise<number> {
  const verified = await (await connect(entry)).ask<Verified>({ path: '/api/audit/verify', idleMs: 600_000 });
  const { ok, entries, first, last, head, problem } = verified;
  if (json) outJson(verified);
  else if (ok)
    out(
      `The record is whole: ${count(entries, 'entry', 'entries')}${first === undefined ? '' : ` (${first} to ${last})`}, the newest is ${head}`,
    );
  if (problem)
    note(
      `The record does not hold at entry ${problem.seq}: ${problem.reason}. The ${count(entries, 'entry', 'entries')} before it ${entries === 1 ? 'does' : 'do'}.`,
    );
  return ok ? EXIT.ok : EXIT.failed;
}
