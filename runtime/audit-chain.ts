import { createHash } from 'node:crypto';
import type { AuditDraft } from '../machines/schema/audit.ts';

/** What the first entry of all follows. */
export const GENESIS = '0'.repeat(64);

/** Where a chain stands: the number and the hash of its newest entry. */
export interface Head {
  seq: number;
  hash: string;
}

/** The key of an entry: sorts as the numbers do. */
export const auditKey = (seq: number): string => String(seq).padStart(14, '0');

/**
 * Makes entries of drafts. An entry is a line of JSON that ends with the sha256 of itself without that end; it holds the hash of the entry
 * before, so none can be changed, removed or put in between without breaking every later one.
 */
export function createAuditChain(head: Head | undefined) {
  let { seq, hash } = head ?? { seq: 0, hash: GENESIS };
  return {
    seal(draft: AuditDraft): { key: string; line: string } {
      const body = JSON.stringify({ seq: seq + 1, ...draft, prev: hash });
      seq += 1;
      hash = sha256(body);
      return { key: auditKey(seq), line: `${body.slice(0, -1)},"hash":"${hash}"}` };
    },
    head: (): Head => ({ seq, hash }),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const END = /,"hash":"([0-9a-f]{64})"\}$/;

/**
 * Checks one line against the entry before.
 * @returns why it does not fit, or the head after it
 */
export function checkLink(line: string, before: Head): string | Head {
  const end = END.exec(line);
  if (!end) return 'it has no hash';
  const body = `${line.slice(0, end.index)}}`;
  if (sha256(body) !== end[1]) return 'it was changed: its hash is another one';
  const { seq, prev } = JSON.parse(body) as { seq: number; prev: string };
  if (seq !== before.seq + 1) return `entry ${before.seq + 1} is missing before it`;
  if (prev !== before.hash) return 'it does not follow the entry before it';
  return { seq, hash: end[1]! };
}
