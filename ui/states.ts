import type { ExecutionView, InteractionView } from '../machines/schema/execution.ts';

/** The six colours of the visual language. A state has the same one everywhere. */
export type Tone = 'working' | 'waiting' | 'done' | 'failed' | 'unknown' | 'idle';

const TONES: Record<string, Tone> = {
  detecting: 'working',
  indexing: 'working',
  refreshing: 'working',
  ready: 'done',
  resolving: 'working',
  judging: 'working',
  running: 'working',
  awaitingApproval: 'waiting',
  authenticating: 'waiting',
  paused: 'waiting',
  done: 'done',
  failed: 'failed',
  denied: 'failed',
  cancelled: 'idle',
  removed: 'idle',
  connected: 'done',
  authorizing: 'waiting',
  awaitingConsent: 'waiting',
  expired: 'failed',
  disconnected: 'idle',
};

const WORDS: Record<string, string> = {
  awaitingApproval: 'awaiting approval',
  authenticating: 'awaiting login',
  awaitingConsent: 'awaiting consent',
};

/** The colour of a state of a source or an execution. */
export const toneOf = (state: string): Tone => TONES[state] ?? 'idle';

/** A state as people read it. */
export const wordOf = (state: string): string => WORDS[state] ?? state;

/** An execution's colour and word; an unknown outcome is the one thing a state name alone does not tell. */
export function stateOf(view: ExecutionView): { tone: Tone; word: string } {
  if (view.state === 'paused' && openInteraction(view)?.kind === 'unknown_outcome') return { tone: 'unknown', word: 'unknown outcome' };
  return { tone: toneOf(view.state), word: wordOf(view.state) };
}

/** The interaction that waits for a person, if any. */
export function openInteraction(view: ExecutionView): InteractionView | undefined {
  return isSettled(view) ? undefined : view.interactions.find(interaction => !interaction.settledAt);
}

/** True once nothing more can happen to the execution. */
export const isSettled = (view: ExecutionView): boolean => ['done', 'failed', 'denied', 'cancelled'].includes(view.state);

/** What a person did, as a past participle: "Approved by owner". */
export function verdictOf(interaction: InteractionView): string {
  switch (interaction.action) {
    case 'accept':
      return interaction.kind === 'approval' ? 'Approved' : 'Answered';
    case 'decline':
      return 'Declined';
    case 'run_again':
      return 'Run again';
    case 'happened':
      return 'Recorded as happened';
    case 'give_up':
      return 'Given up';
    case 'cancel':
      return 'Cancelled';
    default:
      return interaction.settledAt ? 'Closed without an answer' : 'Waiting';
  }
}
