import { useState } from 'react';
import { api } from '../api.ts';
import { type ApiError, toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { navigate, sourceUrl } from '../router.tsx';
import type { Suggestion } from '../shapes.ts';
import { Button, useOffline } from './button.tsx';
import { ErrorNote } from './notes.tsx';

/** Ready-made sources, one click each. Nothing at all when the daemon has none to offer. */
export function Suggestions({ compact }: { compact?: boolean }) {
  const { data } = useResource('suggestions', api.suggestions);
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const offline = useOffline();
  if (!data || data.items.length === 0) return null;
  const add = async (suggestion: Suggestion) => {
    setBusy(suggestion.title);
    setError(undefined);
    try {
      navigate(sourceUrl((await api.addSource(suggestion.input)).namespace));
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(undefined);
    }
  };
  return (
    <div className={`suggestions${compact ? ' compact' : ''}`}>
      <h3 className="label">Ready to try</h3>
      {error && <ErrorNote error={error} />}
      <ul>
        {data.items.map(suggestion => (
          <li key={suggestion.title} className="suggestion">
            <span>
              <strong>{suggestion.title}</strong>
              <span className="muted">{suggestion.description}</span>
            </span>
            <Button icon="plus" size="small" busy={busy === suggestion.title} reason={offline} onClick={() => void add(suggestion)}>
              Add
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
