import { useEffect, useId, useState } from 'react';
import type { Decision } from '../../machines/schema/policy.ts';
import { api } from '../api.ts';
import { toApiError } from '../request.ts';
import { Link } from '../router.tsx';
import type { ToolDescription } from '../shapes.ts';
import { notify } from '../store.ts';
import { useOffline } from './button.tsx';

export const DECISIONS: readonly { decision: Decision; label: string; say: string }[] = [
  { decision: 'allow', label: 'Allow', say: 'Runs at once.' },
  { decision: 'ask', label: 'Ask', say: 'Waits until a person approves.' },
  { decision: 'block', label: 'Block', say: 'Never runs; agents do not find it.' },
];

/** What policy decides for this tool, which rule says so, and a rule for exactly this tool with one click. */
export function PolicyControl({ tool, onChange }: { tool: ToolDescription; onChange: () => void }) {
  const offline = useOffline();
  const { save } = useSaving(onChange);
  const { policy } = tool;
  if (!policy) return null;
  const own = policy.pattern === tool.path;
  return (
    <div className="policy-control">
      <Choice
        label="Policy for this tool"
        value={policy.decision}
        reason={offline}
        onChange={decision => save(() => api.setPolicy({ pattern: tool.path, decision }))}
      />
      <p>
        {DECISIONS.find(one => one.decision === policy.decision)?.say} <span className="muted">{because(policy, own)}</span>{' '}
        {own ? (
          <button type="button" className="link" onClick={() => void save(() => api.removePolicy(policy.rule))}>
            Use the default
          </button>
        ) : (
          <Link to="/policies">All policies</Link>
        )}
      </p>
    </div>
  );
}

const DEFAULTS: Record<string, string> = {
  'default:read': 'The default for tools that only read.',
  'default:write': 'The default for tools that write.',
  'default:destructive': 'The default for tools that destroy.',
  held: 'It is new or has changed, and waits for your review.',
  always: 'What starts a command or opens the private network always asks.',
};

/** Which rule decided, in a sentence. */
export const becauseOf = ({ rule, pattern }: { rule?: string; pattern?: string }): string =>
  pattern ? `The rule ${pattern}.` : (DEFAULTS[rule ?? ''] ?? 'The default.');

/** What is decided, in one word and its colour. */
export function DecisionBadge({ decision, title }: { decision: Decision; title?: string }) {
  return (
    <span className={`decision ${decision}`} title={title}>
      {decision}
    </span>
  );
}

function because(policy: NonNullable<ToolDescription['policy']>, own: boolean): string {
  if (own) return 'A rule for exactly this tool.';
  return becauseOf(policy);
}

/** Saves a change of the rules, says so when it fails, and has the rules read again either way. */
export function useSaving(onSaved: () => void) {
  const [busy, setBusy] = useState(false);
  const save = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    try {
      await work();
      return true;
    } catch (error) {
      notify('failed', toApiError(error).message);
      return false;
    } finally {
      setBusy(false);
      onSaved();
    }
  };
  return { busy, save };
}

interface ChoiceProps {
  label: string;
  value: Decision;
  reason?: string | undefined;
  /** What it gives becomes `false` when the choice did not hold. */
  onChange: (decision: Decision) => unknown;
}

/** Allow, ask or block, as one control. It shows what was chosen at once, and goes back when that did not hold. */
export function Choice({ label, value, reason, onChange }: ChoiceProps) {
  const name = useId();
  const [chosen, setChosen] = useState<Decision>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new value ends the wait for it
  useEffect(() => setChosen(undefined), [value]);
  const choose = async (decision: Decision) => {
    setChosen(decision);
    if ((await onChange(decision)) === false) setChosen(undefined);
  };
  return (
    <div className="choice" role="radiogroup" aria-label={label} title={reason}>
      {DECISIONS.map(({ decision, label: word, say }) => (
        <label key={decision} className={decision} title={say}>
          <input
            type="radio"
            name={name}
            value={decision}
            checked={(chosen ?? value) === decision}
            disabled={reason !== undefined}
            onChange={() => void choose(decision)}
          />
          <span>{word}</span>
        </label>
      ))}
    </div>
  );
}
