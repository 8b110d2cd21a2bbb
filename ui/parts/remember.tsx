import { useId, useState } from 'react';
import type { ExecutionView, InteractionView } from '../../machines/schema/execution.ts';
import type { Rule } from '../../machines/schema/policy.ts';
import { api } from '../api.ts';
import { useName } from '../names.ts';
import { notify } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { conditionOf } from '../when.ts';
import { Button, useOffline } from './button.tsx';
import { ErrorNote } from './notes.tsx';
import { DecisionBadge } from './policy-control.tsx';
import { RulePreview, usePreview } from './rule-preview.tsx';
import { TimeMachine } from './time-machine.tsx';

/** How long a yes holds for further calls of the same tool (CONTRACT, section 5). */
const HOW_LONG: readonly { value: string; label: string }[] = [
  { value: '', label: 'Only this call' },
  { value: 'program', label: 'The rest of this program' },
  { value: 'session', label: 'This client, 12 hours' },
  { value: '1h', label: 'One hour' },
  { value: '24h', label: 'A day' },
  { value: 'always', label: 'Always' },
];

interface RememberProps {
  view: ExecutionView;
  interaction: InteractionView;
  value: string;
  onChange: (value: string) => void;
}

/** Whether the answer is to be remembered, and the rule that would come of it; or a narrower rule, shown against the history. */
export function Remember({ view, interaction, value, onChange }: RememberProps) {
  const id = useId();
  const options = HOW_LONG.filter(one => one.value !== 'program' || view.parent !== undefined);
  const name = useName(view.principal);
  const connection = interaction.request?.connection ?? 'default';
  const suggested = interaction.request?.suggested;
  return (
    <div className="remember">
      <span className="select">
        <label htmlFor={id}>Approval holds for</label>
        <select id={id} value={value} onChange={event => onChange(event.target.value)}>
          {options.map(one => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
      </span>
      {value && view.tool && (
        <>
          <span className="muted small">
            makes the rule <code>{view.tool}</code> → allow for {name} as {connection}, as long as the tool stays what it is
          </span>
          <TimeMachine rule={{ pattern: view.tool, decision: 'allow', when: { principal: view.principal, connection } }} />
        </>
      )}
      {suggested && <Suggested rule={suggested} />}
    </div>
  );
}

/** The narrowest rule that would let such a call run: what it says, what it changes now, and what it would have changed. */
function Suggested({ rule }: { rule: Rule }) {
  const offline = useOffline();
  const [open, setOpen] = useState(false);
  const [saved, setSaved] = useState(false);
  const preview = usePreview(open ? rule : undefined);
  const { busy, error, submit } = useSubmit();
  const save = () =>
    submit(async () => {
      await api.setPolicy(rule);
      setSaved(true);
      notify('done', `${rule.pattern}: ${rule.decision}`, '/policies');
    });
  return (
    <details className="fold suggested-rule" open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>A narrower rule instead</summary>
      {open && (
        <div className="stack tight">
          <p>
            <span className="path">{rule.pattern}</span> <DecisionBadge decision={rule.decision} />
          </p>
          {rule.when && <p className="muted">{`When ${conditionOf(rule.when)}.`}</p>}
          <RulePreview preview={preview} />
          <TimeMachine rule={rule} />
          {error && <ErrorNote error={error} />}
          <div className="actions">
            <Button
              size="small"
              icon="shield"
              busy={busy}
              reason={offline ?? (saved ? 'The rule is set.' : undefined)}
              onClick={() => void save()}
            >
              {saved ? 'Rule set' : 'Set this rule'}
            </Button>
            <span className="muted small">It holds for calls to come; this one still needs its answer.</span>
          </div>
        </div>
      )}
    </details>
  );
}
