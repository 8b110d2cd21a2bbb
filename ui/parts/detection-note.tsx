import type { Detection, Given } from '../detection.ts';
import { Button } from './button.tsx';
import { ErrorNote, Note } from './notes.tsx';
import { State } from './state.tsx';

const KINDS = { openapi: 'OpenAPI', graphql: 'GraphQL', mcp: 'MCP', builtin: 'built in' } as const;

interface DetectionNoteProps {
  given: Given;
  detection: Detection;
  allowPrivate: boolean;
  onAllowPrivate: (allow: boolean) => void;
  onRetry: () => void;
}

/** What is known so far about what was typed. */
export function DetectionNote({ given, detection, allowPrivate, onAllowPrivate, onRetry }: DetectionNoteProps) {
  return (
    <div className="detection" aria-live="polite">
      {given.kind === 'unclear' && <p className="muted">Not an address, a document or a command yet.</p>}
      {detection.state === 'looking' && <State tone="working" word="Looking at it" />}
      {detection.state === 'found' && (
        <p className="line-up">
          <State tone="done" word={KINDS[detection.candidate.kind]} />
          <strong>{detection.candidate.name}</strong>
          {detection.candidate.auth && (
            <span className="muted">
              {detection.candidate.auth.required ? 'wants a credential' : 'may take a credential'}
              {detection.candidate.auth.schemes.length > 0 && `: ${detection.candidate.auth.schemes.join(', ')}`}
            </span>
          )}
        </p>
      )}
      {detection.state === 'refused' && (
        <Note
          tone="waiting"
          title={detection.error.message}
          actions={
            !allowPrivate && (
              <Button size="small" icon="shield" onClick={() => onAllowPrivate(true)}>
                Allow private addresses for this source
              </Button>
            )
          }
        >
          {allowPrivate
            ? 'This address stays refused: it could hand out the credentials of the machine.'
            : 'Addresses of your own machine and network are refused unless you say so, since a description could make executor call things there.'}
        </Note>
      )}
      {detection.state === 'failed' && <ErrorNote error={detection.error} retry={given.kind === 'url' ? onRetry : undefined} />}
      {detection.state !== 'refused' && allowPrivate && (
        <label className="check">
          <input type="checkbox" checked onChange={() => onAllowPrivate(false)} />
          <span>Private addresses are allowed for this source</span>
        </label>
      )}
    </div>
  );
}
