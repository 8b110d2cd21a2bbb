import { assign, setup } from 'xstate';
import { need } from './need.ts';
import type { Fault } from './schema/fault.ts';
import { toFault } from './schema/fault.ts';
import type { ProgramContext, ProgramEnd, ProgramEvent, ProgramInput, Tally } from './schema/program.ts';
import { at } from './stamp.ts';

/**
 * Code that makes calls, from asking to result.
 *
 * running ⇄ paused (everything it waits for waits for a person) → done | failed | cancelled
 *
 * `run` computes it against its journal as far as it goes. It is stopped by a pause and begun again by what follows, so time that people take
 * is time in which nothing runs.
 */
export const programMachine = setup({
  types: {
    input: {} as ProgramInput,
    context: {} as ProgramContext,
    events: {} as ProgramEvent,
    tags: {} as 'busy' | 'waiting' | 'settled',
  },
  actors: { run: need<ProgramEnd, { run: number }>('run') },
  actions: {
    count: assign((_, { calls }: { calls: Tally | undefined }) => (calls ? { calls } : {})),
    finish: assign((_, { result, fault }: { result?: ProgramEnd['result']; fault?: Fault | undefined }) => ({
      ...(result && { result }),
      ...(fault && { fault }),
    })),
    end: assign(({ event }) => ({ endedAt: at(event), deadline: undefined, leftMs: undefined })),
  },
}).createMachine({
  id: 'program',
  context: ({ input: { at: startedAt, ...input } }) => ({
    ...input,
    startedAt,
    runs: 1,
    calls: { total: 0, first: [], asked: [] },
    ...(input.timeoutMs !== undefined && { deadline: after(startedAt, input.timeoutMs) }),
  }),
  initial: 'running',
  states: {
    running: {
      tags: 'busy',
      invoke: {
        id: 'run',
        src: 'run',
        input: ({ context }) => ({ run: context.runs }),
        onDone: [
          {
            guard: ({ event }) => event.output.fault !== undefined,
            target: 'failed',
            actions: [
              { type: 'count', params: ({ event }) => event.output },
              { type: 'finish', params: ({ event }) => ({ fault: event.output.fault }) },
            ],
          },
          {
            target: 'done',
            actions: [
              { type: 'count', params: ({ event }) => event.output },
              { type: 'finish', params: ({ event }) => ({ result: event.output.result ?? { value: null } }) },
            ],
          },
        ],
        onError: { target: 'failed', actions: { type: 'finish', params: ({ event }) => ({ fault: toFault(event.error) }) } },
      },
      on: {
        pause: {
          target: 'paused',
          actions: [
            { type: 'count', params: ({ event }) => event },
            assign(({ context, event }) => ({
              waiting: event.waiting,
              ...(context.deadline && { leftMs: Math.max(0, Date.parse(context.deadline) - Date.parse(event.at)), deadline: undefined }),
            })),
          ],
        },
        cancel: { target: 'cancelled', actions: { type: 'count', params: ({ event }) => ({ calls: event.calls }) } },
        expire: {
          target: 'failed',
          actions: [
            { type: 'count', params: ({ event }) => ({ calls: event.calls }) },
            { type: 'finish', params: ({ context }) => ({ fault: outOfTime(context) }) },
          ],
        },
      },
    },
    paused: {
      tags: 'waiting',
      on: {
        wake: {
          target: 'running',
          actions: assign(({ context, event }) => ({
            runs: context.runs + 1,
            ...(context.leftMs !== undefined && { deadline: after(event.at, context.leftMs), leftMs: undefined }),
          })),
        },
        cancel: { target: 'cancelled' },
      },
    },
    done: { type: 'final', tags: 'settled', entry: 'end' },
    failed: { type: 'final', tags: 'settled', entry: 'end' },
    cancelled: {
      type: 'final',
      tags: 'settled',
      entry: ['end', assign({ fault: { code: 'cancelled', message: 'cancelled' } })],
    },
  },
});

const after = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString();

const outOfTime = ({ timeoutMs = 0 }: ProgramContext): Fault => ({
  code: 'limit_exceeded',
  message: `The program ran for more than ${timeoutMs} ms, the time it was given (limit "time"); what people take does not count.`,
  details: { limit: 'time', allowed: timeoutMs },
});
