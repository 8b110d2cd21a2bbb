import { type ReactNode, useState } from 'react';
import type { ConnectionView } from '../../machines/schema/connection.ts';
import { api } from '../api.ts';
import { useLogin } from '../connections.ts';
import { useStore } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { SelectField, TextField } from './fields.tsx';
import { Icon } from './icons.tsx';
import { ErrorNote, Note } from './notes.tsx';
import { type NamedSecret, SecretFields, wordsOf } from './secret-fields.tsx';

interface ConnectFormProps {
  source: string;
  /** The connection that is asked for; without it, the person names one. */
  name?: string | undefined;
  /** Buttons beside the one that connects. */
  beside?: (pending: boolean) => ReactNode;
  onConnected: (view: ConnectionView) => void;
}

/** Connects an account of a source: fields for what is typed, a link for what is agreed to elsewhere. */
export function ConnectForm({ source, name: asked, beside, onConnected }: ConnectFormProps) {
  const offline = useOffline();
  const known = useStore(context => context.sources.items.get(source)?.view.authMethods);
  const methods = known ?? [];
  const [methodId, setMethodId] = useState<string>();
  const method = methods.find(one => one.id === methodId) ?? methods.find(one => one.kind !== 'none') ?? methods[0];
  const [name, setName] = useState(asked ?? 'default');
  const [values, setValues] = useState<Record<string, string>>({});
  const [named, setNamed] = useState<NamedSecret[]>([]);
  const [pending, setPending] = useState<ConnectionView>();
  const { busy, error, submit } = useSubmit();
  useLogin(pending, view => {
    if (view.state === 'connected') onConnected(view);
    else setPending(view);
  });

  const connect = () =>
    submit(async () => {
      const typed = method?.kind === 'custom' ? named.map(({ name, value }) => [name.trim(), value]) : Object.entries(values);
      const given = Object.fromEntries(typed.filter(([key, value]) => key !== '' && value !== ''));
      const view = await api.connectSource({
        source,
        name: name.trim() || 'default',
        ...(method && { method: method.id }),
        ...(Object.keys(given).length > 0 && { values: given }),
      });
      if (view.authorizeUrl || view.userCode) setPending(view);
      else onConnected(view);
    });

  return (
    <form
      className="stack tight"
      onSubmit={event => {
        event.preventDefault();
        void connect();
      }}
    >
      {methods.length > 1 && (
        <SelectField
          label="How"
          value={method?.id ?? ''}
          options={methods.map(one => ({ value: one.id, label: one.label }))}
          onChange={setMethodId}
        />
      )}
      {asked === undefined && (
        <TextField
          label="Name"
          mono
          value={name}
          help="To tell accounts of one source apart, such as work and personal."
          onChange={setName}
        />
      )}
      {method?.fields.map(field => (
        <TextField
          key={field.name}
          label={field.label}
          aside={field.optional ? '(optional)' : undefined}
          secret={field.secret}
          value={values[field.name] ?? ''}
          onChange={value => setValues({ ...values, [field.name]: value })}
        />
      ))}
      {method?.kind === 'custom' && <SecretFields words={wordsOf(method.id)} secrets={named} onChange={setNamed} />}
      {pending && <Login view={pending} />}
      {error && <ErrorNote error={error} />}
      <div className="actions end">
        {beside?.(pending !== undefined)}
        <Button
          type="submit"
          look={pending ? 'plain' : 'primary'}
          icon={pending ? undefined : 'plug'}
          busy={busy}
          reason={offline ?? (method ? undefined : known ? 'This source offers no way to connect.' : 'The source is not known yet.')}
        >
          {pending ? 'Start again' : 'Connect'}
        </Button>
      </div>
    </form>
  );
}

/** A login that is open: the link, or the code of a device. */
function Login({ view }: { view: ConnectionView }) {
  if (view.error) return <ErrorNote error={view.error} />;
  const address = view.authorizeUrl ?? view.verificationUri;
  return (
    <Note
      tone="waiting"
      title="Log in at the other side, then come back"
      actions={
        address && (
          <a className="button primary normal" href={address} target="_blank" rel="noopener noreferrer">
            <Icon name="external" />
            <span>Log in</span>
          </a>
        )
      }
    >
      {view.userCode ? (
        <>
          Type in <code>{view.userCode}</code> at {view.verificationUri}.
        </>
      ) : (
        'This page goes on by itself.'
      )}
    </Note>
  );
}
