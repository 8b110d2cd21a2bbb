import { useState } from 'react';
import type { Role, TokenView } from '../../machines/schema/principal.ts';
import { api } from '../api.ts';
import { Button, useOffline } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Code } from '../parts/copy.tsx';
import { SelectField, TextField } from '../parts/fields.tsx';
import { Head, Section } from '../parts/head.tsx';
import { Empty, ErrorNote, Note, Skeleton } from '../parts/notes.tsx';
import { Ago, inDays } from '../parts/time.tsx';
import { toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { notify } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { useTitle } from '../title.ts';

const ROLES: readonly { role: Role; say: string }[] = [
  { role: 'agent', say: 'finds and calls tools; sees its own executions only' },
  { role: 'viewer', say: 'reads everything, changes nothing' },
  { role: 'approver', say: 'reads everything and answers what waits' },
  { role: 'owner', say: 'everything' },
];

/** Access for other agents, machines and people. */
export function TokensPage() {
  useTitle('Tokens');
  const { data, error, reload } = useResource('tokens', api.tokens);
  return (
    <div className="page">
      <Head title="Tokens" meta={<span>Access for other agents, machines and people. A token is shown once, when it is made.</span>} />
      <NewToken onMade={reload} />
      {error && !data && <ErrorNote error={error} retry={reload} />}
      <Section title="In use" flush>
        {!data && !error && <Skeleton rows={3} height={28} />}
        {data?.items.length === 0 && (
          <Empty icon="key" title="No tokens yet">
            Agents on this machine need none. Make one for another machine, or to give an agent only a part of the catalog.
          </Empty>
        )}
        <ul className="rows">
          {data?.items.map(token => (
            <li key={token.id}>
              <TokenRow token={token} onRevoked={reload} />
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}

function NewToken({ onMade }: { onMade: () => void }) {
  const offline = useOffline();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const [tools, setTools] = useState('');
  const [days, setDays] = useState('');
  const [made, setMade] = useState<{ name: string; token: string }>();
  const { busy, error, submit } = useSubmit();
  const make = () =>
    submit(async () => {
      const patterns = tools.split(/[\s,]+/).filter(Boolean);
      const { token } = await api.createToken({
        name: name.trim(),
        role,
        ...(patterns.length > 0 && { tools: patterns }),
        ...(days && { expiresAt: inDays(days) }),
      });
      setMade({ name: name.trim(), token });
      setName('');
      onMade();
    });
  return (
    <section className="card">
      <form
        className="token-form"
        onSubmit={event => {
          event.preventDefault();
          if (name.trim()) void make();
        }}
      >
        <TextField label="Name" value={name} maxLength={100} placeholder="build server" onChange={setName} />
        <SelectField label="Role" value={role} options={ROLES.map(one => ({ value: one.role, label: one.role }))} onChange={setRole} />
        <TextField label="Tools" aside="(patterns; else all)" mono value={tools} placeholder="github.issues.**" onChange={setTools} />
        <SelectField label="Expires" value={days} options={SPANS} onChange={setDays} />
        <Button type="submit" look="primary" busy={busy} reason={offline ?? (name.trim() ? undefined : 'Give it a name first.')}>
          Make token
        </Button>
      </form>
      <p className="muted small">
        An {role}: {ROLES.find(one => one.role === role)?.say}.
      </p>
      {error && <ErrorNote error={error} />}
      {made && (
        <Note tone="done" title={`The token of ${made.name}`}>
          It is not shown again.
          <Code text={made.token} name="Token" />
        </Note>
      )}
    </section>
  );
}

const SPANS = [
  { value: '', label: 'never' },
  { value: '1', label: 'in a day' },
  { value: '7', label: 'in a week' },
  { value: '30', label: 'in 30 days' },
  { value: '365', label: 'in a year' },
];

function TokenRow({ token, onRevoked }: { token: TokenView; onRevoked: () => void }) {
  const offline = useOffline();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const revoke = async () => {
    setBusy(true);
    try {
      await api.revokeToken(token.id);
      notify('done', `Revoked ${token.name}`);
      onRevoked();
    } catch (error) {
      notify('failed', toApiError(error).message);
    }
    setBusy(false);
    setAsking(false);
  };
  return (
    <div className="row">
      <span className="row-main">
        <span>
          <strong>{token.name}</strong> <span className="muted">{token.role}</span>
        </span>
        <span className="row-peek">
          made <Ago at={token.createdAt} />
          {token.expiresAt && (
            <>
              , expires <Ago at={token.expiresAt} />
            </>
          )}
          {token.tools && <span className="mono"> · {token.tools.join(', ')}</span>}
        </span>
      </span>
      <Button look="quiet" icon="trash" label={`Revoke ${token.name}`} reason={offline} onClick={() => setAsking(true)} />
      {asking && (
        <Confirm
          title={`Revoke ${token.name}?`}
          action="Revoke"
          busy={busy}
          reason={offline}
          onConfirm={() => void revoke()}
          onClose={() => setAsking(false)}
        >
          Whoever uses it is let out at once; its calls that wait are denied.
        </Confirm>
      )}
    </div>
  );
}
