import { assign, setup } from 'xstate';
import { answered, answersLast, approval, asksForm, declined, form, settled, unknownOutcome } from './interactions.ts';
import { need } from './need.ts';
import type { Answer, CallContext, CallEvent, CallInput, Interaction, Judged, Outcome, Resolved } from './schema/call.ts';
import { toFault } from './schema/fault.ts';
import { at } from './stamp.ts';

/**
 * One call of one tool, from asking to result.
 *
 * resolving → judging → [authenticating → judging] → [awaitingApproval → judging] → running → done | failed | denied | cancelled
 *                                        running → authenticating (the credential is dead) → judging
 *                                        running → paused (nobody knows whether the write happened) → judging | done | cancelled
 *
 *                                        running → paused (the upstream asks a person for something) → running
 *
 * An approval leads back to `judging`: whatever was blocked or changed meanwhile is seen there, and only there.
 */
export const callMachine = setup({
  types: {
    input: {} as CallInput,
    context: {} as CallContext,
    events: {} as CallEvent,
    tags: {} as 'busy' | 'waiting' | 'settled',
  },
  actors: {
    resolve: need<Resolved, { path: string }>('resolve'),
    judge: need<Judged, { path: string }>('judge'),
    attempt: need<Outcome, { attempt: number }>('attempt'),
  },
  guards: {
    accepts: ({ context }, event: Answer) => event.action === 'accept' && answersLast(context, event),
    declines: ({ context }, event: Answer) => event.action === 'decline' && answersLast(context, event),
    runsAgain: ({ context }, event: Answer) => event.action === 'run_again' && answersLast(context, event),
    happened: ({ context }, event: Answer) => event.action === 'happened' && answersLast(context, event),
    fills: ({ context }, event: Answer) =>
      (event.action === 'accept' || event.action === 'decline') && asksForm(context) && answersLast(context, event),
    waitsForForm: ({ context }) => asksForm(context),
    givesUp: ({ context }, event: Answer) => event.action === 'give_up' && answersLast(context, event),
    mayHaveWritten: ({ context }) => context.resolved?.effect !== 'read',
  },
  actions: {
    settle: assign(({ context, event }, answer: Partial<Answer> & { action: Answer['action'] }) => ({
      interactions: context.interactions.map(interaction =>
        interaction.settledAt ? interaction : settled(interaction, at(event), answer),
      ),
    })),
    ask: assign(({ context, event }, asked: Omit<Interaction, 'n' | 'askedAt'>) => ({
      interactions: [...context.interactions, { ...asked, n: context.interactions.length + 1, askedAt: at(event) }],
    })),
    askLogin: assign(({ context, event }, { login }: Pick<Outcome, 'login'>) => ({
      login,
      interactions: [
        ...context.interactions,
        { kind: 'login' as const, message: login?.message ?? '', n: context.interactions.length + 1, askedAt: at(event) },
      ],
    })),
    fail: assign((_, { error }: { error: unknown }) => ({ fault: toFault(error) })),
    end: assign(({ event }) => ({ endedAt: at(event) })),
  },
}).createMachine({
  id: 'call',
  context: ({ input: { at: startedAt, ...input } }) => ({ ...input, startedAt, attempt: 1, interactions: [] }),
  initial: 'resolving',
  states: {
    resolving: {
      tags: 'busy',
      on: { cancel: { target: 'cancelled' } },
      invoke: {
        id: 'resolve',
        src: 'resolve',
        input: ({ context }) => ({ path: context.path }),
        onDone: { target: 'judging', actions: assign({ resolved: ({ event }) => event.output }) },
        onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => event } },
      },
    },
    judging: {
      tags: 'busy',
      on: { cancel: { target: 'cancelled' } },
      invoke: {
        id: 'judge',
        src: 'judge',
        input: ({ context }) => ({ path: context.path }),
        onDone: [
          {
            guard: ({ event }) => event.output.fault !== undefined,
            target: 'denied',
            actions: [
              assign(({ event }) => ({ verdict: event.output.verdict, resolved: event.output.resolved })),
              { type: 'fail', params: ({ event }) => ({ error: event.output.fault }) },
            ],
          },
          {
            guard: ({ event }) => event.output.login !== undefined,
            target: 'authenticating',
            actions: [
              assign(({ event }) => ({ verdict: event.output.verdict, resolved: event.output.resolved })),
              { type: 'askLogin', params: ({ event }) => event.output },
            ],
          },
          {
            guard: ({ context, event: { output } }) => output.verdict.decision === 'ask' && output.binding !== context.approved,
            target: 'awaitingApproval',
            actions: [
              assign(({ event }) => ({ verdict: event.output.verdict, resolved: event.output.resolved, approved: undefined })),
              { type: 'ask', params: ({ event }) => approval(event.output) },
            ],
          },
          {
            target: 'running',
            actions: assign(({ event }) => ({ verdict: event.output.verdict, resolved: event.output.resolved })),
          },
        ],
        onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => event } },
      },
    },
    authenticating: {
      tags: 'waiting',
      on: {
        login: {
          target: 'judging',
          actions: [assign({ login: undefined }), { type: 'settle', params: ({ event }) => ({ action: 'accept', by: event.by }) }],
        },
        cancel: {
          target: 'cancelled',
          actions: [assign({ login: undefined }), { type: 'settle', params: ({ event }) => ({ action: 'cancel', by: event.by }) }],
        },
      },
    },
    awaitingApproval: {
      tags: 'waiting',
      on: {
        answer: [
          {
            guard: { type: 'accepts', params: ({ event }) => event },
            target: 'judging',
            actions: [
              assign(({ context, event }) => ({
                approved: event.binding ?? context.interactions.at(-1)?.binding,
                ...(event.input && { input: event.input, askedInput: context.askedInput ?? context.input }),
              })),
              { type: 'settle', params: ({ event }) => event },
            ],
          },
          {
            guard: { type: 'declines', params: ({ event }) => event },
            target: 'denied',
            actions: [
              { type: 'settle', params: ({ event }) => event },
              { type: 'fail', params: ({ event }) => ({ error: declined(event) }) },
            ],
          },
        ],
        expire: {
          target: 'denied',
          actions: [
            { type: 'settle', params: { action: 'decline', by: 'deadline' } },
            { type: 'fail', params: { error: { code: 'approval_expired', message: 'nobody answered before the approval expired' } } },
          ],
        },
        cancel: { target: 'cancelled', actions: { type: 'settle', params: ({ event }) => ({ action: 'cancel', by: event.by }) } },
      },
    },
    running: {
      tags: 'busy',
      on: {
        cancel: [
          {
            guard: 'mayHaveWritten',
            target: 'paused',
            actions: { type: 'ask', params: unknownOutcome('it was cancelled while it was in flight') },
          },
          { target: 'cancelled' },
        ],
      },
      invoke: {
        id: 'attempt',
        src: 'attempt',
        input: ({ context }) => ({ attempt: context.attempt }),
        onDone: [
          {
            guard: ({ event }) => event.output.changed === true,
            target: 'judging',
          },
          {
            guard: ({ event }) => event.output.form !== undefined,
            target: 'paused',
            actions: [
              assign(({ event }) => ({ continuation: event.output.form?.continuation, answering: undefined })),
              { type: 'ask', params: ({ event }) => form(event.output) },
            ],
          },
          {
            guard: ({ event }) => event.output.login !== undefined,
            target: 'authenticating',
            actions: { type: 'askLogin', params: ({ event }) => event.output },
          },
          {
            guard: ({ event }) => event.output.unknown !== undefined,
            target: 'paused',
            actions: { type: 'ask', params: ({ event }) => unknownOutcome(event.output.unknown?.message ?? '') },
          },
          {
            guard: ({ event }) => event.output.error !== undefined,
            target: 'failed',
            actions: [
              assign(({ event }) => answered(event.output)),
              { type: 'fail', params: ({ event }) => ({ error: event.output.error }) },
            ],
          },
          { target: 'done', actions: assign(({ event }) => answered(event.output)) },
        ],
        onError: { target: 'failed', actions: { type: 'fail', params: ({ event }) => event } },
      },
    },
    paused: {
      tags: 'waiting',
      on: {
        moved: {
          guard: 'waitsForForm',
          target: 'running',
          actions: [
            assign({ answering: { action: 'decline' as const } }),
            { type: 'settle', params: { action: 'cancel', by: 'upstream' } },
          ],
        },
        answer: [
          {
            guard: { type: 'fills', params: ({ event }) => event },
            target: 'running',
            actions: [
              assign(({ event }) => ({
                answering: { action: event.action as 'accept' | 'decline', ...(event.content && { content: event.content }) },
              })),
              { type: 'settle', params: ({ event }) => event },
            ],
          },
          {
            guard: { type: 'runsAgain', params: ({ event }) => event },
            target: 'judging',
            actions: [
              assign({ attempt: ({ context }) => context.attempt + 1, answering: undefined, continuation: undefined }),
              { type: 'settle', params: ({ event }) => event },
            ],
          },
          {
            guard: { type: 'happened', params: ({ event }) => event },
            target: 'done',
            actions: [
              assign(({ event }) => ({ result: event.result ?? { value: null } })),
              { type: 'settle', params: ({ event }) => event },
            ],
          },
          {
            guard: { type: 'givesUp', params: ({ event }) => event },
            target: 'cancelled',
            actions: [
              { type: 'settle', params: ({ event }) => event },
              { type: 'fail', params: { error: { code: 'cancelled', message: 'given up: nobody knows whether the write happened' } } },
            ],
          },
        ],
        cancel: [
          {
            guard: 'waitsForForm',
            target: 'cancelled',
            actions: { type: 'settle', params: ({ event }) => ({ action: 'cancel', by: event.by }) },
          },
          {
            target: 'cancelled',
            actions: [
              { type: 'settle', params: ({ event }) => ({ action: 'cancel', by: event.by }) },
              { type: 'fail', params: { error: { code: 'cancelled', message: 'cancelled: nobody knows whether the write happened' } } },
            ],
          },
        ],
      },
    },
    done: { type: 'final', tags: 'settled', entry: 'end' },
    failed: { type: 'final', tags: 'settled', entry: 'end' },
    denied: { type: 'final', tags: 'settled', entry: 'end' },
    cancelled: {
      type: 'final',
      tags: 'settled',
      entry: ['end', assign(({ context }) => ({ fault: context.fault ?? { code: 'cancelled', message: 'cancelled' } }))],
    },
  },
});
