import { FaultError } from '../machines/schema/fault.ts';
import type { Actor } from './actor.ts';
import type { Blobs } from './blobs.ts';
import { hashOf } from './canonical.ts';
import type { Companions } from './companions.ts';
import { checkDepth } from './depth.ts';
import { inputWords } from './execution-index.ts';
import type { Claimed, Idempotency } from './idempotency.ts';
import { newId } from './ids.ts';
import { demand, recorded } from './principals.ts';
import type { Registry } from './registry.ts';
import type { Invocation } from './runtime.ts';
import type { Op } from './store.ts';

/** What a call that belongs to a program has beside what every call has. */
export interface Child {
  id: string;
  parent: string;
  step: number;
  /** Operations that go into the batch of its first row. */
  ops: Op[];
}

/** A call that was started, or the one that its idempotency key already stood for. */
export type Started = { id: string; actor: Actor<'call'> } | { id: string; existing: true };

/** Starts calls: the one way in, whoever asks. */
export function createCallStart(parts: {
  registry: () => Registry;
  blobs: Blobs;
  idempotency: Idempotency;
  companions: Companions;
  now: () => Date;
}) {
  const { registry, blobs, idempotency, companions, now } = parts;

  /** @throws FaultError what leaves no row: `invalid_arguments`, `tool_not_found`, `forbidden`, `idempotency_conflict` */
  return function startCall(
    { path, input, principal, connection, idempotencyKey, traceparent, companion }: Invocation,
    child?: Child,
  ): Started {
    demand(principal, 'call');
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new FaultError('invalid_arguments', 'the input must be a JSON object');
    }
    checkDepth(input);
    const id = child?.id ?? newId('exec', now().getTime());
    let claimed: Claimed | undefined;
    if (idempotencyKey !== undefined) {
      const inputHash = hashOf({ input, connection: connection ?? null });
      claimed = idempotency.claim({ principal: principal.id, path, key: idempotencyKey, id, inputHash });
      if (claimed.existing) return { id: claimed.existing, existing: true };
    }
    if (companion) companions.join(id, companion);
    try {
      const actor = registry().spawn(
        'call',
        id,
        {
          id,
          path,
          input: blobs.keep(input),
          words: inputWords(input),
          principal: recorded(principal),
          ...(child && { parent: child.parent, step: child.step }),
          ...(connection && { connection }),
          ...(idempotencyKey !== undefined && { idempotencyKey }),
          ...(traceparent !== undefined && { traceparent }),
        },
        [...(claimed?.ops ?? []), ...(child?.ops ?? [])],
      );
      return { id, actor };
    } catch (error) {
      claimed?.release();
      companions.drop(id);
      throw error;
    }
  };
}
export type StartCall = ReturnType<typeof createCallStart>;
