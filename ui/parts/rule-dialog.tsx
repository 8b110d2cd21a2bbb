import { useState } from 'react';
import type { Decision } from '../../machines/schema/policy.ts';
import { api } from '../api.ts';
import { toApiError } from '../request.ts';
import { notify } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './fields.tsx';
import { ErrorNote } from './notes.tsx';
import { Choice } from './policy-control.tsx';
import { RulePreview, usePreview } from './rule-preview.tsx';

/** Sets one rule for many tools: says first what it changes, and can be taken back. */
export function RuleDialog({ pattern: given, onClose, onSet }: { pattern: string; onClose: () => void; onSet: () => void }) {
  const offline = useOffline();
  const [text, setText] = useState(given);
  const pattern = text.trim();
  const [decision, setDecision] = useState<Decision>('ask');
  const preview = usePreview(pattern ? { pattern, decision } : undefined);
  const { busy, error, submit } = useSubmit();
  const set = async () => {
    const { items } = await api.policies();
    const before = items.find(policy => policy.pattern === pattern && policy.when === undefined);
    const policy = await api.setPolicy({ pattern, decision });
    const undo = () => (before ? api.setPolicy({ pattern, decision: before.decision }) : api.removePolicy(policy.id));
    notify('done', `${policy.pattern}: ${decision}`, {
      label: 'Undo',
      run: () => void undo().then(onSet, (thrown: unknown) => notify('failed', toApiError(thrown).message)),
    });
    onSet();
  };
  return (
    <Dialog title="Set a policy" wide onClose={onClose}>
      {close => (
        <form
          className="stack"
          onSubmit={event => {
            event.preventDefault();
            void submit(() => set().then(close));
          }}
        >
          <TextField label="Tools" mono value={text} onChange={setText} />
          <Choice label="Decision" value={decision} onChange={setDecision} />
          <RulePreview preview={preview} />
          {error && <ErrorNote error={error} />}
          <div className="actions end">
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" look="primary" busy={busy} reason={offline ?? (pattern ? preview.error?.message : 'Say which tools.')}>
              Set rule
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
