import { useState } from 'react';
import { api } from '../api.ts';
import { executionUrl, navigate } from '../router.tsx';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { CodeEditor } from './code-editor.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './notes.tsx';

/** Goes on from the journal of a program, with the same code or with another one. */
export function ForkDialog({ id, step, code, onClose }: { id: string; step: number; code: string; onClose: () => void }) {
  const offline = useOffline();
  const [text, setText] = useState(code);
  const { busy, error, submit } = useSubmit();
  return (
    <Dialog title={`Fork before step ${step}`} wide onClose={onClose}>
      {close => {
        const go = () =>
          submit(async () => {
            // What the steps before came to is kept.
            const fork = await api.fork(id, step - 1, text === code ? undefined : text);
            close();
            navigate(executionUrl(fork.id));
          });
        return (
          <div className="stack">
            <p className="muted">
              {step === 1 ? 'Nothing is kept: it runs anew.' : keptSaying(step - 1)} From there on it runs anew, by the rules of now.
            </p>
            <CodeEditor label="Code" text={text} onChange={setText} onSubmit={() => void go()} />
            {error && <ErrorNote error={error} />}
            <div className="actions end">
              <Button onClick={close}>Cancel</Button>
              <Button look="primary" icon="branch" busy={busy} reason={offline} onClick={() => void go()}>
                Fork
              </Button>
            </div>
          </div>
        );
      }}
    </Dialog>
  );
}

const keptSaying = (steps: number): string =>
  steps === 1
    ? 'The answer of the first step is taken over; it is not called again.'
    : `The answers of the first ${steps} steps are taken over; none of them is called again.`;
