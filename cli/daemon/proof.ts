import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { UnreachableError } from '../failure.ts';
import { request } from '../http.ts';

/** What a live daemon says of itself. */
export interface Health {
  version: string;
  pid: number;
}

/**
 * Asks whoever listens at the URL to prove that it knows the token, without telling it.
 * @returns what it says of itself, or undefined when nobody answers or it cannot prove it
 */
export async function prove(url: string, token: string): Promise<Health | undefined> {
  const nonce = randomBytes(16).toString('hex');
  try {
    const { body } = await request(url, { path: `/healthz?challenge=${nonce}`, idleMs: 5_000 });
    const health = body as { challenge?: unknown; version: string; pid: number } | undefined;
    const expected = createHmac('sha256', token).update(nonce).digest();
    const answered = Buffer.from(typeof health?.challenge === 'string' ? health.challenge : '', 'hex');
    const proven = answered.length === expected.length && timingSafeEqual(answered, expected);
    return proven ? { version: health!.version, pid: health!.pid } : undefined;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

/** Whether a URL leads to this machine and nowhere else. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
