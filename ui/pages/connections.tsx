import { useState } from 'react';
import type { ConnectionView } from '../../machines/schema/connection.ts';
import { api } from '../api.ts';
import { useConnections } from '../connections.ts';
import { useHealth } from '../health.ts';
import { Button, useOffline } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { ConnectDialog } from '../parts/connect-dialog.tsx';
import { Head } from '../parts/head.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, ErrorNote, Skeleton } from '../parts/notes.tsx';
import { useSources } from '../parts/source-rows.tsx';
import { State } from '../parts/state.tsx';
import { Ago } from '../parts/time.tsx';
import { toApiError } from '../request.ts';
import { Link, sourceUrl, useLocation } from '../router.tsx';
import { toneOf, wordOf } from '../states.ts';
import { notify } from '../store.ts';
import { useTitle } from '../title.ts';

/** Every credential of every source: how it is, whose it is, and how to renew it. */
export function ConnectionsPage() {
  useTitle('Connections');
  const { data, error, reload } = useConnections();
  const { sources } = useSources();
  const able = sources.filter(source => source.kind !== 'builtin');
  // A link that an agent hands over leads straight to what the person is to type.
  const { query } = useLocation();
  const [connecting, setConnecting] = useState<{ source: string; name?: string } | undefined>(() => {
    const [source, name] = [query.get('connect'), query.get('name')];
    return source === null ? undefined : { source, ...(name !== null && { name }) };
  });
  return (
    <div className="page">
      <Head
        title="Connections"
        meta={<span>Credentials are sealed on disk and used only in the last step of a call.</span>}
        actions={
          <Button
            look="primary"
            icon="plus"
            reason={able.length === 0 ? 'Add a source first.' : undefined}
            onClick={() => able[0] && setConnecting({ source: able[0].namespace })}
          >
            Connect
          </Button>
        }
      />
      {error && !data && <ErrorNote error={error} retry={reload} />}
      <div className="card flush">
        {!data && !error && <Skeleton rows={4} height={28} />}
        {data?.items.length === 0 && (
          <Empty icon="plug" title="No connections yet">
            Sources that need no credential work without one. Connect one to call as somebody.
          </Empty>
        )}
        <ul className="rows">
          {data?.items.map(connection => (
            <li key={`${connection.source}/${connection.name}`}>
              <ConnectionRow
                connection={connection}
                onChange={reload}
                onAgain={() => setConnecting({ source: connection.source, name: connection.name })}
              />
            </li>
          ))}
        </ul>
      </div>
      {connecting && <ConnectDialog {...connecting} onClose={() => setConnecting(undefined)} onConnected={reload} />}
    </div>
  );
}

function ConnectionRow({ connection, onChange, onAgain }: { connection: ConnectionView; onChange: () => void; onAgain: () => void }) {
  const offline = useOffline();
  const [asking, setAsking] = useState(false);
  const [checking, setChecking] = useState(false);
  useHealth(connection);
  const { source, name, state, error, identity, expiresAt, checkedAt, authorizeUrl } = connection;
  const check = async () => {
    setChecking(true);
    try {
      const found = await api.checkConnection(source, name);
      if (found.error) notify('failed', `${source}/${name}: ${found.error.message}`);
      else notify('done', found.checkedAt ? `${source}/${name} works` : `${source} has nothing to check an account with`);
      onChange();
    } catch (thrown) {
      notify('failed', toApiError(thrown).message);
    }
    setChecking(false);
  };
  const remove = async () => {
    try {
      await api.disconnect(source, name);
      notify('done', `Disconnected ${source}/${name}`);
      onChange();
    } catch (thrown) {
      notify('failed', toApiError(thrown).message);
    }
    setAsking(false);
  };
  return (
    <div className="row rule-row">
      <span className="row-main">
        <span>
          <Link to={sourceUrl(source)} className="path">
            {source}
          </Link>
          <span className="muted"> / </span>
          <span className="path">{name}</span>
          {connection.default && <span className="muted small"> default</span>}
        </span>
        <span className="row-peek">
          {error?.message ?? identity ?? connection.kind}
          {expiresAt && (
            <>
              {' '}
              · expires <Ago at={expiresAt} />
            </>
          )}
          {checkedAt && (
            <>
              {' '}
              · checked <Ago at={checkedAt} />
            </>
          )}
        </span>
      </span>
      <State tone={toneOf(state)} word={wordOf(state)} quiet />
      {authorizeUrl && (
        <a className="button plain small" href={authorizeUrl} target="_blank" rel="noopener noreferrer">
          <Icon name="external" />
          <span>Log in</span>
        </a>
      )}
      {['expired', 'failed', 'disconnected'].includes(state) && (
        <Button size="small" onClick={onAgain}>
          Connect again
        </Button>
      )}
      {state === 'connected' && (
        <Button size="small" busy={checking} reason={offline} onClick={() => void check()}>
          Check
        </Button>
      )}
      <Button look="quiet" icon="trash" label={`Disconnect ${source}/${name}`} reason={offline} onClick={() => setAsking(true)} />
      {asking && (
        <Confirm
          title={`Disconnect ${source}/${name}?`}
          action="Disconnect"
          reason={offline}
          onConfirm={() => void remove()}
          onClose={() => setAsking(false)}
        >
          Its credential is erased. Calls that use it wait for a login.
        </Confirm>
      )}
    </div>
  );
}
