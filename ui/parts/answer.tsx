import { useId, useState } from 'react';
import type { Action } from '../../machines/schema/call.ts';
import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import { type Choice, DID, useAnswer } from '../answers.ts';
import { canAnswer } from '../can.ts';
import { isPreview } from '../preview.ts';
import type { ApiError } from '../request.ts';
import { Approval } from './approval.tsx';
import { Button, useOffline } from './button.tsx';
import { FormAnswer } from './form-answer.tsx';
import { JsonEditor, parseJson } from './json-editor.tsx';
import { LoginAnswer } from './login-answer.tsx';
import { ErrorNote, Note } from './notes.tsx';
import { Remember } from './remember.tsx';
import { Ago } from './time.tsx';

/** The buttons a waiting interaction allows; no others. With `keys`, `a` approves and `d` declines. */
export function Answer({ view, interaction, keys }: { view: ExecutionView; interaction: InteractionView; keys: boolean }) {
  const { busy, error, send } = useAnswer(view, interaction);
  const [note, setNote] = useState('');
  const [remember, setRemember] = useState('');
  const props = {
    busy,
    send: (action: Action, content?: Record<string, unknown>) =>
      send(action, { note, ...(content && { content }), ...(action === 'accept' && remember && { remember }) }),
  };
  const can = (action: Action) => canAnswer(view, interaction, action);
  return (
    <div className="answer">
      {error && <Refusal error={error} />}
      {interaction.kind === 'approval' && <NoteField note={note} onChange={setNote} />}
      {interaction.kind === 'approval' && <Remember view={view} interaction={interaction} value={remember} onChange={setRemember} />}
      {interaction.kind === 'approval' && (
        <Approval
          {...props}
          can={can}
          destructive={interaction.request?.effect === 'destructive'}
          keys={keys}
          {...(!isPreview(view.input) && { input: view.input })}
        />
      )}
      {interaction.kind === 'unknown_outcome' && <Verdict {...props} can={can} message={interaction.message} />}
      {interaction.kind === 'form' && <FormAnswer {...props} interaction={interaction} />}
      {interaction.kind === 'login' && <LoginAnswer view={view} interaction={interaction} />}
    </div>
  );
}

/** The request had left when the daemon died: only a person can say what became of it. */
function Verdict({ busy, send, can, message }: Choice & { can: (action: Action) => boolean; message: string }) {
  const offline = useOffline();
  const [text, setText] = useState<string>();
  const { value, problem } = parseJson(text ?? '');
  return (
    <>
      <Note tone="unknown" title={message}>
        Look at the other side before you decide. Running it again may do it twice.
      </Note>
      {text !== undefined && <JsonEditor label="What it answered, as JSON (may stay empty)" text={text} onChange={setText} />}
      <div className="actions">
        {text === undefined ? (
          <Button icon="check" reason={offline} onClick={() => setText('')}>
            It happened
          </Button>
        ) : (
          <Button
            look="primary"
            icon="check"
            busy={busy === 'happened'}
            reason={offline ?? (problem && 'This is not JSON yet.')}
            onClick={() => send('happened', { result: value ?? null })}
          >
            Record that it happened
          </Button>
        )}
        {can('run_again') && (
          <Button icon="refresh" busy={busy === 'run_again'} reason={offline} onClick={() => send('run_again')}>
            Run again
          </Button>
        )}
        {can('give_up') && (
          <Button look="quiet" busy={busy === 'give_up'} reason={offline} onClick={() => send('give_up')}>
            Give up
          </Button>
        )}
      </div>
    </>
  );
}

function NoteField({ note, onChange }: { note: string; onChange: (note: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        Note to whoever asked <span className="muted">(optional)</span>
      </label>
      <input
        id={id}
        value={note}
        maxLength={4096}
        placeholder="Why, or what to do instead"
        onChange={event => onChange(event.target.value)}
      />
    </div>
  );
}

function Refusal({ error }: { error: ApiError }) {
  const { action, by, at } = error.details ?? {};
  if (error.code !== 'already_settled' || typeof at !== 'string') return <ErrorNote error={error} />;
  return (
    <Note tone="waiting" title="Somebody else was faster">
      {DID[action as Action] ?? String(action)} by {String(by)}, <Ago at={at} />.
    </Note>
  );
}
