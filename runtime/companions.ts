import type { Companion } from './kinds/calling.ts';
import { createRedactor } from './redact.ts';

/** The clients that take part in calls under way, by execution. In memory only: they go with their connection. */
export function createCompanions() {
  const companions = new Map<string, Companion>();
  return {
    join: (id: string, companion: Companion): void => {
      companions.set(id, companion);
    },
    of: (id: string): Companion | undefined => companions.get(id),
    drop: (id: string): void => {
      companions.delete(id);
    },
  };
}

/** A client that hears nothing of the credential a call is made with, whatever the server says back. */
export function discreet(companion: Companion | undefined, secrets: readonly string[]): Companion | undefined {
  if (!companion || secrets.length === 0) return companion;
  const { json } = createRedactor(secrets);
  const { progress, heard, sample, roots, asks, logLevel } = companion;
  return {
    ...(progress && { progress: said => progress(json(said)) }),
    ...(heard && { heard: (method, params) => heard(method, json(params)) }),
    ...(sample && { sample: (params, signal) => sample(json(params), signal) }),
    ...(roots && { roots }),
    ...(asks && { asks: requests => asks(json(requests)) }),
    ...(logLevel !== undefined && { logLevel }),
  };
}
export type Companions = ReturnType<typeof createCompanions>;
