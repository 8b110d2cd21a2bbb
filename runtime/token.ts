import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { FaultError } from '../machines/schema/fault.ts';
import { createPrivateFile, readPrivateFile } from './private-file.ts';

const OWNER_TOKEN = /^exec_owner_[A-Za-z0-9_-]{43}$/;

/**
 * Reads the owner's bearer token from the data directory's `token`, or creates it: a prefix that scanners know, and 256 random bits.
 * Throws `internal` when the file holds something else.
 */
export function loadToken(dataDir: string): string {
  const file = path.join(dataDir, 'token');
  const present = readPrivateFile(file);
  if (present !== undefined) return checked(present, file);
  createPrivateFile(file, `exec_owner_${randomBytes(32).toString('base64url')}\n`);
  return checked(readPrivateFile(file) ?? '', file); // read back: another process may have been first
}

/** Compares in constant time, whatever the lengths. */
export function tokenMatches(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** What a daemon answers to `GET /healthz?challenge=<nonce>`: HMAC-SHA256 of the nonce under the token, in hex. It proves the token without showing it. */
export function challengeAnswer(token: string, nonce: string): string {
  return createHmac('sha256', token).update(nonce, 'utf8').digest('hex');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function checked(text: string, file: string): string {
  const token = text.trim();
  if (OWNER_TOKEN.test(token)) return token;
  throw new FaultError('internal', `${file} is damaged: it must hold one owner token; delete it to have a new one made`, {
    details: { reason: 'token_damaged', path: file },
  });
}
