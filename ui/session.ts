import { base } from './base.ts';

/**
 * How this page proves who it is. A session has two halves: an HttpOnly cookie, and `half`, kept by the page and sent as a header,
 * so that neither another port nor another site can use the cookie. A pasted token lives in this tab only.
 */
const HALF = 'executor.session';
const TOKEN = 'executor.token';

/** The headers that authenticate a request. */
export function credentials(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  if (token) return { authorization: `Bearer ${token}` };
  const half = localStorage.getItem(HALF);
  return half ? { 'x-executor-session': half } : {};
}

/** Whether there is anything to authenticate with; without it, asking the daemon is pointless. */
export const hasCredentials = (): boolean => Object.keys(credentials()).length > 0;

/** The WebSocket subprotocols that authenticate a socket: a browser cannot set headers there. */
export function protocols(): string[] {
  const token = sessionStorage.getItem(TOKEN);
  if (token) return ['executor', `bearer.${token}`];
  const half = localStorage.getItem(HALF);
  return half ? ['executor', `session.${half}`] : ['executor'];
}

/** Takes a sign-in code out of the address, so that it is neither bookmarked nor shared. */
export function takeCode(): string | undefined {
  const code = codeIn(location.href);
  if (code) history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** The code in a sign-in link such as `http://127.0.0.1:4788/#/session?code=…`. */
export function codeIn(text: string): string | undefined {
  return /#\/session\?(?:.*&)?code=([^&\s]+)/.exec(text)?.[1];
}

/** Exchanges a one-time code for a session. False when the code is used, expired or no code at all. */
export async function exchange(code: string): Promise<boolean> {
  const reply = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  if (!reply.ok) return false;
  const { half } = (await reply.json()) as { half: string };
  sessionStorage.removeItem(TOKEN);
  localStorage.setItem(HALF, half);
  return true;
}

/** Signs in with whatever was pasted: a link, a code, or a token. */
export async function signIn(text: string): Promise<boolean> {
  const pasted = text.trim();
  const code = codeIn(pasted);
  if (code) return exchange(code);
  if (await exchange(pasted)) return true;
  const reply = await fetch(`${base}/api/connect`, { headers: { authorization: `Bearer ${pasted}` } });
  if (!reply.ok) return false;
  sessionStorage.setItem(TOKEN, pasted);
  return true;
}

/** Forgets this page's half; the cookie alone opens nothing. */
export function signOut(): void {
  sessionStorage.removeItem(TOKEN);
  localStorage.removeItem(HALF);
}
