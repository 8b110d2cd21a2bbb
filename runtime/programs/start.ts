import { randomBytes } from 'node:crypto';
import type { ForkRequest } from '../../machines/schema/execution.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { ProgramInput } from '../../machines/schema/program.ts';
import type { Actor } from '../actor.ts';
import type { Blobs } from '../blobs.ts';
import { hashOf } from '../canonical.ts';
import { inputWords } from '../execution-index.ts';
import type { Claimed, Idempotency } from '../idempotency.ts';
import { newId } from '../ids.ts';
import { demand, recorded as kept } from '../principals.ts';
import type { Registry } from '../registry.ts';
import type { ProgramInvocation } from '../runtime.ts';
import type { Op, Store } from '../store.ts';
import type { Journal } from './journal.ts';

const CODE_BYTES = 1024 * 1024;

/** Starts programs: new ones, and ones that go on from another's journal. */
export function createProgramStart(parts: {
  store: Store;
  registry: () => Registry;
  blobs: Blobs;
  journal: Journal;
  idempotency: Idempotency;
  now: () => Date;
}) {
  const { store, registry, blobs, journal, idempotency, now } = parts;

  function spawn(id: string, code: string, input: Omit<ProgramInput, 'id' | 'at' | 'code' | 'words'>, ops: Op[] = []): Actor<'program'> {
    return registry().spawn('program', id, { id, code: blobs.keep(code), words: inputWords(code), ...input }, ops);
  }

  return {
    /** @throws FaultError invalid_arguments, forbidden, idempotency_conflict */
    start({ code, principal, timeoutMs, idempotencyKey, traceparent, simulate, plan, clock, seed }: ProgramInvocation): {
      id: string;
      actor?: Actor<'program'>;
    } {
      demand(principal, 'call');
      checkCode(code);
      const id = newId('exec', now().getTime());
      let claimed: Claimed | undefined;
      if (idempotencyKey !== undefined) {
        const inputHash = hashOf({
          code,
          timeoutMs: timeoutMs ?? null,
          ...(simulate && { simulate }),
          ...(plan !== undefined && { plan }),
        });
        claimed = idempotency.claim({ principal: principal.id, path: PROGRAM, key: idempotencyKey, id, inputHash });
        if (claimed.existing) return { id: claimed.existing };
      }
      try {
        const actor = spawn(
          id,
          code,
          {
            principal: kept(principal),
            seed: seed ?? randomBytes(16).toString('hex'),
            ...(clock !== undefined && { clock }),
            ...(simulate && { simulate }),
            ...(plan !== undefined && { plan }),
            ...(timeoutMs !== undefined && { timeoutMs }),
            ...(idempotencyKey !== undefined && { idempotencyKey }),
            ...(traceparent !== undefined && { traceparent }),
          },
          claimed?.ops,
        );
        return { id, actor };
      } catch (error) {
        claimed?.release();
        throw error;
      }
    },

    /**
     * A new program that takes over what the steps up to a given one came to; they are not carried out again. A step that had not ended is
     * asked anew.
     * @throws FaultError invalid_arguments when there is no such step
     */
    async fork(from: Actor<'program'>, { step, code }: ForkRequest, principal: Principal): Promise<Actor<'program'>> {
      demand(principal, 'call');
      const next = code ?? (blobs.value(from.context.code) as string);
      checkCode(next);
      await store.writer.settled();
      const recorded = await journal.read(from.id);
      if (step > recorded.steps.size) {
        throw new FaultError('invalid_arguments', `${from.id} has ${recorded.steps.size} steps; there is no step ${step}`, {
          details: { steps: recorded.steps.size },
        });
      }
      const id = newId('exec', now().getTime());
      const { seed, clock = from.context.startedAt, timeoutMs } = from.context;
      return spawn(
        id,
        next,
        { principal: kept(principal), seed, clock, forkedFrom: { id: from.id, step }, ...(timeoutMs !== undefined && { timeoutMs }) },
        journal.copy(recorded, id, step),
      );
    },
  };
}
export type ProgramStart = ReturnType<typeof createProgramStart>;

/** What stands for a tool's path where keys are scoped to one; no tool has it. */
const PROGRAM = '$program';

function checkCode(code: unknown): asserts code is string {
  if (typeof code !== 'string' || code.trim() === '')
    throw new FaultError('invalid_arguments', 'the code must be a text that is not empty');
  const bytes = Buffer.byteLength(code);
  if (bytes > CODE_BYTES)
    throw new FaultError('invalid_arguments', `the code has ${bytes} bytes; at most ${CODE_BYTES} are taken`, {
      details: { bytes, most: CODE_BYTES },
    });
}
