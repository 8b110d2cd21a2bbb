import { useState } from 'react';
import type { Action } from '../machines/schema/call.ts';
import type { ExecutionView, InteractionView } from '../machines/schema/execution.ts';
import { api } from './api.ts';
import { type ApiError, toApiError } from './request.ts';
import { executionUrl } from './router.tsx';
import { toneOf, wordOf } from './states.ts';
import { notify } from './store.ts';

/**
 * How many seconds an answer may hold its connection for what follows it. A browser has six for all its tabs: what takes longer is
 * seen over `/ws`.
 */
const HOLD = 2;

/** What a person did, in one word. */
export const DID: Partial<Record<Action, string>> = {
  accept: 'Approved',
  decline: 'Declined',
  run_again: 'Running again',
  happened: 'Recorded',
  give_up: 'Given up',
};

/** What the buttons of an interaction need: which answer is under way, and the way to give one. */
export interface Choice {
  busy: Action | undefined;
  send: (action: Action, content?: Record<string, unknown>) => void;
}

/** Sends answers to an interaction, tells what came of them, and keeps the refusal when there is one. */
export function useAnswer(view: ExecutionView, interaction: InteractionView) {
  const [busy, setBusy] = useState<Action>();
  const [error, setError] = useState<ApiError>();
  const send = async (
    action: Action,
    { note, content, remember }: { note: string; content?: Record<string, unknown>; remember?: string | undefined },
  ) => {
    if (busy) return;
    setBusy(action);
    setError(undefined);
    const what = `${DID[action] ?? action}: ${view.tool ?? view.id}`;
    try {
      const { state } = await api.resume(
        view.id,
        {
          interaction: interaction.id,
          action,
          ...(content && { content }),
          ...(note.trim() && { note: note.trim() }),
          ...(remember && { remember }),
        },
        HOLD,
      );
      const tone = toneOf(state);
      if (tone === 'working') notify('idle', `${what}. It runs now.`, executionUrl(view.id));
      else notify(tone === 'failed' && action !== 'decline' ? 'failed' : 'done', `${what} (${wordOf(state)})`, executionUrl(view.id));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(undefined);
    }
  };
  return { busy, error, send };
}
