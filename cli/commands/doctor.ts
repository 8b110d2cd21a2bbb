import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { note, out, outJson } from '../print.ts';

interface Diagnosis {
  ok: boolean;
  actors: number;
  differences: { kind: string; id: string; found: string[] }[];
  quarantined: { kind: string; id: string; reason: string }[];
  openClaims: { executionId: string; attempt: number; claimedAt: string }[];
}

/** Replaying every log takes a while where there are many. */
const IDLE_MS = 30 * 60_000;

/** `executor doctor` */
export async function run({ entry, json }: Context): Promise<number> {
  const daemon = await connect(entry);
  const diagnosis = await daemon.ask<Diagnosis>({ path: '/api/doctor', idleMs: IDLE_MS });
  if (json) outJson(diagnosis);
  else {
    for (const { kind, id, found } of diagnosis.differences) out(`${kind} ${id}: its log does not lead to its state: ${found.join('; ')}`);
    for (const { kind, id, reason } of diagnosis.quarantined) out(`${kind} ${id}: set aside: ${reason}`);
    for (const { executionId, attempt } of diagnosis.openClaims)
      out(`call ${executionId}: attempt ${attempt} left, and no outcome is recorded`);
    note(`${diagnosis.actors.toLocaleString('en-US')} logs replayed: ${diagnosis.ok ? 'all is well' : 'see above'}`);
  }
  return diagnosis.ok ? EXIT.ok : EXIT.failed;
}
