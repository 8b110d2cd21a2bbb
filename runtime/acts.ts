import type { AuditDraft } from '../machines/schema/audit.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { brief } from './mask.ts';

/** Who it was, as every entry says it. */
export const whoOf = ({ id, name, client, from }: Principal) => ({
  who: id,
  ...(name !== id && { name }),
  ...(client !== undefined && { client }),
  ...(from !== undefined && { from }),
});

/** What goes on record of an administrative act. Secrets in `detail` are masked, long values cut. */
export const actBy = (by: Principal, at: string, act: string, target?: string, detail?: unknown): AuditDraft => ({
  at,
  act,
  ...whoOf(by),
  ...(target !== undefined && { target }),
  ...(detail !== undefined && { detail: brief(detail) }),
});
