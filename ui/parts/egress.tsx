import { useState } from 'react';
import type { SourceView } from '../../machines/schema/source.ts';
import { api } from '../api.ts';
import { Link, sourceUrl } from '../router.tsx';
import { notify } from '../store.ts';
import { Button, useOffline } from './button.tsx';
import { Section } from './head.tsx';
import { Skeleton } from './notes.tsx';
import { useSources } from './source-rows.tsx';

/** What each source may reach: its own address, and this machine and network only where the owner said so. */
export function Egress() {
  const { sources, ready } = useSources();
  const own = sources.filter(({ kind }) => kind !== 'builtin');
  return (
    <Section title="Egress">
      <p className="muted small">
        Credentials go only to the addresses recorded when a source was added. This machine and private networks are out of reach, unless a
        source is let through here; <code>EXECUTOR_ALLOW_PRIVATE=1</code> lets all of them. Addresses that give away the credentials of a
        cloud machine are never reached.
      </p>
      {!ready && <Skeleton rows={3} height={28} />}
      {ready && own.length === 0 && <p className="muted">There are no sources yet.</p>}
      {own.map(source => (
        <EgressRow key={source.namespace} source={source} />
      ))}
    </Section>
  );
}

function EgressRow({ source }: { source: SourceView }) {
  const offline = useOffline();
  const [busy, setBusy] = useState(false);
  const { namespace, allowPrivate, baseUrl, url } = source;
  const change = async () => {
    setBusy(true);
    await api.updateSource(namespace, { allowPrivate: !allowPrivate }).catch((error: Error) => notify('failed', error.message));
    setBusy(false);
  };
  return (
    <div className="setting">
      <div>
        <p className="setting-name">
          <Link to={sourceUrl(namespace)} className="path">
            {namespace}
          </Link>{' '}
          {allowPrivate && <span className="chip-count waiting">private addresses</span>}
        </p>
        <p className="muted small mono">{originOf(baseUrl ?? url) ?? 'a program on this machine'}</p>
      </div>
      <Button size="small" busy={busy} reason={offline} onClick={() => void change()}>
        {allowPrivate ? 'Forbid private addresses' : 'Allow private addresses'}
      </Button>
    </div>
  );
}

function originOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).origin : address;
}
