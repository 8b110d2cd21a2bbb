import { setImmediate as breathe } from 'node:timers/promises';
import type { Found } from './detection.ts';
import type { Fetched, Unchanged } from './fetch-document.ts';
import type { Obtained } from './kinds/kind.ts';
import { createRedactor } from './redact.ts';

/** Shorter values may stand in a description by chance, and what is taken out of it changes what can be called. */
const MIN_LENGTH = 12;
/** What a credential is replaced by: a plain word, so that JSON, YAML and SDL stay what they are. */
const REPLACEMENT = 'redacted';
/** So much is searched at a time, before others get their turn. */
const PIECE = 1024 * 1024;

/** What comes of asking a source for its description. */
export type Brought = Obtained | Fetched | (Found & { readonly probe: Fetched }) | Unchanged;

/**
 * What was brought, without the credential it was brought with: a server may write what it was sent into its own texts, which are stored
 * and shown to everybody who looks for a tool.
 */
export async function discreet<T extends Brought>(brought: T, secrets: readonly string[] = []): Promise<T> {
  const { forms, text } = createRedactor(
    secrets.filter(({ length }) => length >= MIN_LENGTH),
    { minLength: MIN_LENGTH, replacement: REPLACEMENT },
  );
  const masked = async (bytes: Uint8Array): Promise<Uint8Array> =>
    (await hasAny(bytes, forms())) ? Buffer.from(text(Buffer.from(bytes).toString('utf8')), 'utf8') : bytes;
  const said = 'candidate' in brought ? { candidate: { ...brought.candidate, name: text(brought.candidate.name) } } : {};
  if ('probe' in brought) return { ...brought, ...said, probe: { ...brought.probe, bytes: await masked(brought.probe.bytes) } };
  return 'bytes' in brought && brought.bytes ? { ...brought, ...said, bytes: await masked(brought.bytes) } : brought;
}

async function hasAny(bytes: Uint8Array, forms: readonly string[]): Promise<boolean> {
  if (forms.length === 0) return false;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const needles = forms.map(form => Buffer.from(form));
  const overlap = Math.max(...needles.map(({ length }) => length)) - 1;
  for (let at = 0; at < all.length; at += PIECE) {
    const piece = all.subarray(at, at + PIECE + overlap);
    if (needles.some(needle => piece.includes(needle))) return true;
    if (at + PIECE < all.length) await breathe();
  }
  return false;
}
