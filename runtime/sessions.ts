import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../machines/schema/principal.ts';
import type { Store } from './store.ts';

const LINK_MS = 5 * 60_000;
const SESSION_MS = 30 * 24 * 3_600_000;

const fresh = () => randomBytes(32).toString('base64url');
const digest = (secret: string) => createHash('sha256').update(secret).digest('hex');

/**
 * Sign-in links and UI sessions. A session has two halves: one in an HttpOnly cookie, one kept by the page and sent as a header, so
 * that neither another port of this host (which shares cookies) nor another site can use it. Only digests are stored.
 */
export function createSessions(store: Store, owner: Principal, now: () => Date) {
  const expires = (ms: number) => new Date(now().getTime() + ms).toISOString();
  const valid = (key: string) => {
    const session = store.session.getSync(key);
    return session && session.expiresAt > now().toISOString() ? session : undefined;
  };
  const used = new Set<string>();

  return {
    async createLink(): Promise<{ code: string; expiresAt: string }> {
      const code = fresh();
      const expiresAt = expires(LINK_MS);
      await store.write([store.put(store.session, digest(code), { kind: 'link', expiresAt })]);
      return { code, expiresAt };
    },

    async exchange(code: string): Promise<{ cookie: string; half: string } | undefined> {
      const link = digest(code);
      // Marked in memory before the first wait: two exchanges in one moment must not both succeed.
      if (used.has(link) || valid(link)?.kind !== 'link') return undefined;
      used.add(link);
      const cookie = fresh();
      const half = fresh();
      const session = { kind: 'session' as const, expiresAt: expires(SESSION_MS), half: digest(half) };
      await store.write([store.del(store.session, link), store.put(store.session, digest(cookie), session)], { sync: true });
      used.delete(link);
      return { cookie, half };
    },

    check(cookie: string, half: string): Principal | undefined {
      const session = valid(digest(cookie));
      if (session?.kind !== 'session' || !session.half) return undefined;
      return timingSafeEqual(Buffer.from(session.half), Buffer.from(digest(half))) ? owner : undefined;
    },

    /** Removes what has expired. */
    async sweep(): Promise<void> {
      const past = now().toISOString();
      for await (const [key, { expiresAt }] of store.session.iterator()) {
        if (expiresAt <= past) await store.write([store.del(store.session, key)]);
      }
    },
  };
}
export type Sessions = ReturnType<typeof createSessions>;
