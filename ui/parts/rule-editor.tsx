import { useMemo, useState } from 'react';
import type { Decision, Rule } from '../../machines/schema/policy.ts';
import type { Effect } from '../../machines/schema/tool.ts';
import { api } from '../api.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { SelectField, TextField } from './fields.tsx';
import { parseJson } from './json-editor.tsx';
import { ErrorNote } from './notes.tsx';
import { Choice } from './policy-control.tsx';
import { RulePreview, usePreview } from './rule-preview.tsx';
import { useSources } from './source-rows.tsx';
import { inDays } from './time.tsx';
import { TimeMachine } from './time-machine.tsx';

/** Writes a rule: whom it covers, under which conditions, what it would change now and what it would have changed. */
export function RuleEditor({ onSet }: { onSet: () => void }) {
  const offline = useOffline();
  const { sources } = useSources();
  const [pattern, setPattern] = useState('');
  const [decision, setDecision] = useState<Decision>('ask');
  const [more, setMore] = useState(false);
  const [effect, setEffect] = useState<Effect | ''>('');
  const [principal, setPrincipal] = useState('');
  const [pointer, setPointer] = useState('');
  const [operator, setOperator] = useState<Operator>('equals');
  const [operand, setOperand] = useState('');
  const [days, setDays] = useState('');
  const { busy, error, submit } = useSubmit();

  const rule = useMemo((): Rule | undefined => {
    if (pattern.trim() === '') return undefined;
    const when = {
      ...(effect && { effect }),
      ...(principal.trim() && { principal: principal.trim() }),
      ...(pointer.trim() && { arguments: [{ path: pointer.trim(), ...operandOf(operator, operand) }] }),
    };
    return {
      pattern: pattern.trim(),
      decision,
      ...(Object.keys(when).length > 0 && { when }),
      ...(days && { expiresAt: inDays(days) }),
    };
  }, [pattern, decision, effect, principal, pointer, operator, operand, days]);
  const preview = usePreview(rule);

  const set = async (wanted: Rule) => {
    await api.setPolicy(wanted);
    setPattern('');
    onSet();
  };

  return (
    <section className="card">
      <form
        className="stack"
        onSubmit={event => {
          event.preventDefault();
          if (rule) void submit(() => set(rule));
        }}
      >
        <div className="new-rule">
          <TextField
            label="Pattern"
            mono
            value={pattern}
            placeholder="github.issues.*"
            offers={sources.map(source => `${source.namespace}.**`)}
            onChange={setPattern}
          />
          <Choice label="Decision" value={decision} onChange={setDecision} />
          <Button type="submit" look="primary" busy={busy} reason={offline ?? (rule ? undefined : 'Write a pattern first.')}>
            Set rule
          </Button>
        </div>
        <p className="muted small">
          <code>*</code> stands for one part of a path, <code>**</code> at the end for everything below. The more precise pattern wins; at
          the same pattern block beats all, a condition beats none, and ask beats allow.
        </p>
        {!more && (
          <button type="button" className="link start" onClick={() => setMore(true)}>
            Add a condition
          </button>
        )}
        {more && (
          <div className="conditions">
            <SelectField label="Effect" value={effect} options={EFFECTS} onChange={setEffect} />
            <TextField label="Asked by" value={principal} placeholder="anybody" onChange={setPrincipal} />
            <TextField label="Argument" mono value={pointer} placeholder="/amount" onChange={setPointer} />
            <SelectField label="is" value={operator} options={OPERATORS} onChange={setOperator} />
            {operator !== 'exists' && <TextField label="Value" mono value={operand} onChange={setOperand} />}
            <SelectField label="Holds" value={days} options={SPANS} onChange={setDays} />
          </div>
        )}
        {rule && <RulePreview preview={preview} />}
        {rule && !preview.error && <TimeMachine rule={rule} />}
        {error && <ErrorNote error={error} />}
      </form>
    </section>
  );
}

const EFFECTS: readonly { value: Effect | ''; label: string }[] = [
  { value: '', label: 'any' },
  { value: 'read', label: 'read' },
  { value: 'write', label: 'write' },
  { value: 'destructive', label: 'destructive' },
];
type Operator = 'equals' | 'in' | 'matches' | 'lt' | 'gt' | 'exists';
const OPERATORS: readonly { value: Operator; label: string }[] = [
  { value: 'equals', label: 'exactly' },
  { value: 'in', label: 'one of' },
  { value: 'matches', label: 'like the pattern' },
  { value: 'lt', label: 'less than' },
  { value: 'gt', label: 'more than' },
  { value: 'exists', label: 'given' },
];
const SPANS = [
  { value: '', label: 'for good' },
  { value: '1', label: 'a day' },
  { value: '7', label: 'a week' },
  { value: '30', label: '30 days' },
];

/** A typed value: JSON where it is JSON, else the text itself. */
function operandOf(operator: Operator, text: string): Record<string, unknown> {
  const { value, problem } = parseJson(text);
  const plain = problem === undefined && value !== undefined ? value : text;
  if (operator === 'exists') return { exists: true };
  if (operator === 'in') return { in: Array.isArray(plain) ? plain : text.split(',').map(item => item.trim()) };
  if (operator === 'matches') return { matches: text };
  if (operator === 'lt' || operator === 'gt') return { [operator]: Number(text) };
  return { equals: plain };
}
