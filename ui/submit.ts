import { useState } from 'react';
import { type ApiError, toApiError } from './request.ts';

/** Does one thing at a time with the daemon, and keeps its refusal when there is one. */
export function useSubmit(): { busy: boolean; error: ApiError | undefined; submit: (work: () => Promise<void>) => Promise<void> } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const submit = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  return { busy, error, submit };
}
