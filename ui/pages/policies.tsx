import type { Decision, Policy, Rule } from '../../machines/schema/policy.ts';
import { api } from '../api.ts';
import { Button, useOffline } from '../parts/button.tsx';
import { Head, Section } from '../parts/head.tsx';
import { Empty, ErrorNote, Skeleton } from '../parts/notes.tsx';
import { Choice, useSaving } from '../parts/policy-control.tsx';
import { RuleEditor } from '../parts/rule-editor.tsx';
import { Ago } from '../parts/time.tsx';
import { useResource } from '../resource.ts';
import { useTitle } from '../title.ts';
import { conditionOf } from '../when.ts';

/** What runs, what asks, what is blocked: the rules a person set, and the defaults below them. */
export function PoliciesPage() {
  useTitle('Policies');
  const { data, error, reload } = useResource('policies', api.policies);
  return (
    <div className="page">
      <Head title="Policies" meta={<span>They hold on every way to a tool: MCP, HTTP, the command line, programs and this page.</span>} />
      {error && <ErrorNote error={error} retry={reload} />}
      <RuleEditor onSet={reload} />
      <Section title="Rules" flush>
        {!data && !error && <Skeleton rows={4} height={28} />}
        {data?.items.length === 0 && (
          <Empty icon="shield" title="No rules yet">
            The defaults decide: reading runs, everything else asks.
          </Empty>
        )}
        <ul className="rows">
          {data?.items.map(policy => (
            <li key={policy.id}>
              <RuleRow policy={policy} onChange={reload} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Defaults" flush>
        <ul className="rows">
          <li className="row default-row">
            <span className="row-main">Tools that only read</span>
            <span className="decision allow">Allow</span>
          </li>
          <li className="row default-row">
            <span className="row-main">Tools that write or destroy</span>
            <span className="decision ask">Ask</span>
          </li>
        </ul>
      </Section>
    </div>
  );
}

function RuleRow({ policy, onChange }: { policy: Policy; onChange: () => void }) {
  const offline = useOffline();
  const { busy, save } = useSaving(onChange);
  return (
    <div className="row rule-row">
      <span className="row-main">
        <span className="path">{policy.pattern}</span>
        <span className="row-peek">
          {policy.remembered ? 'remembered' : 'set'} <Ago at={policy.createdAt} />
          {policy.by && ` by ${policy.by}`}
          {policy.when && ` · when ${conditionOf(policy.when)}`}
          {policy.expiresAt && (
            <>
              {' '}
              · until <Ago at={policy.expiresAt} />
            </>
          )}
        </span>
      </span>
      <Choice
        label={`Decision for ${policy.pattern}`}
        value={policy.decision}
        reason={offline}
        onChange={decision => save(() => api.setPolicy(ruleOf(policy, decision)))}
      />
      <Button
        look="quiet"
        icon="trash"
        label={`Remove the rule ${policy.pattern}`}
        busy={busy}
        reason={offline}
        onClick={() => void save(() => api.removePolicy(policy.id))}
      />
    </div>
  );
}

/** The same rule with another decision. */
function ruleOf({ pattern, when, expiresAt }: Policy, decision: Decision): Rule {
  return { pattern, decision, ...(when && { when }), ...(expiresAt && { expiresAt }) };
}
