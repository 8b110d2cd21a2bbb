import { createHash, randomBytes } from 'node:crypto';
import { Value } from '@sinclair/typebox/value';
import { FaultError } from '../machines/schema/fault.ts';
import { type Principal, Token, type TokenInput, type TokenView } from '../machines/schema/principal.ts';
import { actBy } from './acts.ts';
import { newId } from './ids.ts';
import { checkPattern } from './policy.ts';
import type { Store } from './store.ts';

/** Names that are principals already: a rule that names one must mean one. */
const TAKEN = new Set(['owner', 'local']);
const MOST = 10_000;

const digest = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex');

/** Access for other agents, people and machines. A token is shown once; what is kept of it is its sha256. */
export async function openTokens(store: Store, now: () => Date) {
  const byId = new Map<string, Token>();
  const byDigest = new Map<string, Token>();
  for await (const [id, value] of store.token.iterator()) keep(readable(id, value));
  const listeners = new Set<(id: string) => void>();
  const iso = () => now().toISOString();

  function keep(token: Token): void {
    byId.set(token.id, token);
    byDigest.set(token.sha256, token);
  }

  const isOver = ({ expiresAt }: Token): boolean => expiresAt !== undefined && expiresAt <= iso();

  return {
    list: (): TokenView[] => [...byId.values()].map(view).sort((a, b) => (a.id < b.id ? -1 : 1)),

    /** The token with this id, while it holds. */
    get: (id: string): Token | undefined => {
      const token = byId.get(id);
      return token && !isOver(token) ? token : undefined;
    },

    /** Whom a token stands for. It is looked up by its digest, so how long that takes says nothing of it. */
    authenticate(presented: string): Principal | undefined {
      const token = byDigest.get(digest(presented));
      if (!token || isOver(token)) return undefined;
      const { id, name, role, tools, selfApprove } = token;
      return { id, name, role, ...(tools && { tools }), ...(selfApprove && { selfApprove }) };
    },

    /** @throws FaultError invalid_arguments with the reason */
    async create(input: TokenInput, by: Principal): Promise<{ id: string; token: string }> {
      check(input, byId.size, iso());
      const token = `exec_tok_${randomBytes(32).toString('base64url')}`;
      const { name, role, tools, expiresAt, selfApprove } = input;
      const kept: Token = {
        id: newId('tok'),
        name,
        role,
        ...(tools && { tools }),
        ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
        ...(selfApprove && { selfApprove }),
        createdAt: iso(),
        sha256: digest(token),
      };
      const note = store.note(actBy(by, iso(), 'token.create', kept.id, view(kept)));
      await store.write([store.put(store.token, kept.id, kept), note], { sync: true });
      keep(kept);
      return { id: kept.id, token };
    },

    /** Ends a token at once: whoever listens ends what is open under it. */
    async revoke(id: string, by: Principal): Promise<void> {
      const token = byId.get(id);
      if (!token) throw new FaultError('invalid_arguments', `there is no token ${id}`);
      // First here, then on disk: nobody comes in while it is being written.
      byId.delete(id);
      byDigest.delete(token.sha256);
      const note = store.note(actBy(by, iso(), 'token.revoke', id, { name: token.name, role: token.role }));
      await store.write([store.del(store.token, id), note], { sync: true });
      for (const listener of listeners) listener(id);
    },

    /** Hears of every token that is revoked. Returns the way to stop. */
    onRevoked(listener: (id: string) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
export type Tokens = Awaited<ReturnType<typeof openTokens>>;

const view = ({ sha256: _, ...shown }: Token): TokenView => shown;

function check({ name, role, tools, expiresAt, selfApprove }: TokenInput, count: number, now: string): void {
  const refuse = (reason: string) => new FaultError('invalid_arguments', reason);
  if (count >= MOST) throw refuse(`there are ${MOST} tokens already; revoke some first`);
  if (TAKEN.has(name) || /^tok_/.test(name)) throw refuse(`name: "${name}" is taken`);
  for (const pattern of tools ?? []) checkPattern(pattern);
  if (selfApprove && role !== 'agent') throw refuse(`selfApprove is for the role agent, not ${role}`);
  if (expiresAt === undefined) return;
  const time = /^\d{4}-\d\d-\d\dT/.test(expiresAt) ? Date.parse(expiresAt) : Number.NaN;
  if (Number.isNaN(time)) throw refuse(`expiresAt: "${expiresAt}" is no time; write it like 2026-12-31T12:00:00Z`);
  if (new Date(time).toISOString() <= now) throw refuse(`expiresAt: ${expiresAt} has passed already`);
}

/** A token that cannot be read gives nobody access, but it must not be lost in silence either. */
function readable(id: string, value: unknown): Token {
  if (Value.Check(Token, value)) return value;
  throw new FaultError('internal', `the stored token ${id} cannot be read: restore a backup (executor restore)`, {
    details: { reason: 'token', id },
  });
}
