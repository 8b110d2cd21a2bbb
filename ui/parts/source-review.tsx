import { useState } from 'react';
import type { SourceView } from '../../machines/schema/source.ts';
import { api } from '../api.ts';
import { useConnections } from '../connections.ts';
import { toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { Link, toolUrl } from '../router.tsx';
import { toneOf, wordOf } from '../states.ts';
import { notify } from '../store.ts';
import { Button, useOffline } from './button.tsx';
import { ConnectDialog } from './connect-dialog.tsx';
import { Section } from './head.tsx';
import { Note } from './notes.tsx';
import { DecisionBadge } from './policy-control.tsx';
import { State, ToolPath } from './state.tsx';

const SHOWN = 100;

/** Tools that a refresh brought or widened: they run only once a person has looked at them. */
export function Held({ source }: { source: SourceView }) {
  const offline = useOffline();
  const [busy, setBusy] = useState<string>();
  const { held = [] } = source;
  if (held.length === 0) return null;
  const accept = async (patterns: string[], what: string) => {
    setBusy(what);
    try {
      await api.updateSource(source.namespace, { accept: patterns });
      notify('done', what === 'all' ? `${held.length} tools may run` : `${what} may run`);
    } catch (error) {
      notify('failed', toApiError(error).message);
    }
    setBusy(undefined);
  };
  return (
    <Note
      tone="waiting"
      title={held.length === 1 ? 'One tool waits for your review' : `${held.length.toLocaleString('en')} tools wait for your review`}
      actions={
        <Button
          size="small"
          icon="check"
          busy={busy === 'all'}
          reason={offline}
          onClick={() => void accept([`${source.namespace}.**`], 'all')}
        >
          {held.length === 1 ? 'Let it run' : 'Let all run'}
        </Button>
      }
    >
      They are new, or do more than they did when the source was added. Until you have looked at them they are blocked.
      <details className="fold" open={held.length <= 8}>
        <summary>Show them</summary>
        <ul>
          {held.slice(0, SHOWN).map(path => (
            <li key={path} className="held-row">
              <Link to={toolUrl(path)}>
                <ToolPath path={path} short />
              </Link>
              <Button look="quiet" size="small" busy={busy === path} reason={offline} onClick={() => void accept([path], path)}>
                Let it run
              </Button>
            </li>
          ))}
          {held.length > SHOWN && <li className="muted">and {(held.length - SHOWN).toLocaleString('en')} more</li>}
        </ul>
      </details>
    </Note>
  );
}

/** What the last refresh changed, and the rules that touch the source. */
export function Background({ source }: { source: SourceView }) {
  const diff = useResource(`diff ${source.namespace} ${source.revision}`, signal => api.lastDiff(source.namespace, signal));
  const policies = useResource('policies', api.policies);
  const touching = (policies.data?.items ?? []).filter(({ pattern }) => {
    const [first] = pattern.split('.');
    return first === source.namespace || first === '*' || first === '**';
  });
  const parts = (['added', 'changed', 'removed'] as const).filter(part => (diff.data?.[part].length ?? 0) > 0);
  // A first import adds everything, which is no news.
  const isFirst = source.revision <= 1;
  if (touching.length === 0 && (parts.length === 0 || isFirst)) return null;
  return (
    <div className="columns even-columns">
      {!isFirst && parts.length > 0 && (
        <Section title="Last refresh">
          {parts.map(part => (
            <details key={part} className="fold">
              <summary>
                {diff.data?.[part].length.toLocaleString('en')} {part}
              </summary>
              <ul>
                {diff.data?.[part].slice(0, SHOWN).map(path => (
                  <li key={path}>
                    {part === 'removed' ? (
                      <ToolPath path={path} short />
                    ) : (
                      <Link to={toolUrl(path)}>
                        <ToolPath path={path} short />
                      </Link>
                    )}
                  </li>
                ))}
              </ul>
            </details>
          ))}
        </Section>
      )}
      {touching.length > 0 && (
        <Section
          title="Policies that touch it"
          aside={
            <Link to="/policies" className="more">
              All policies
            </Link>
          }
        >
          <ul className="touching">
            {touching.slice(0, 12).map(policy => (
              <li key={policy.id}>
                <span className="path">{policy.pattern}</span>
                <DecisionBadge decision={policy.decision} />
              </li>
            ))}
            {touching.length > 12 && <li className="muted">and {touching.length - 12} more</li>}
          </ul>
        </Section>
      )}
    </div>
  );
}

/** The accounts of a source and how they are. */
export function Accounts({ source }: { source: SourceView }) {
  const { data, reload } = useConnections(source.namespace);
  const [connecting, setConnecting] = useState(false);
  const methods = source.authMethods ?? [];
  if (methods.every(({ kind }) => kind === 'none') && !data?.items.length) return null;
  return (
    <Section
      title="Connections"
      aside={
        <Button size="small" icon="plus" onClick={() => setConnecting(true)}>
          Connect
        </Button>
      }
    >
      {data?.items.length === 0 && (
        <p className="muted">
          Not connected. It takes{' '}
          {methods
            .filter(({ kind }) => kind !== 'none')
            .map(({ label }) => label)
            .join(' or ')}
          .
        </p>
      )}
      <ul className="touching">
        {data?.items.map(connection => (
          <li key={connection.name}>
            <span>
              <span className="path">{connection.name}</span>{' '}
              <span className="muted">{connection.error?.message ?? connection.identity}</span>
            </span>
            <State tone={toneOf(connection.state)} word={wordOf(connection.state)} quiet />
          </li>
        ))}
      </ul>
      {connecting && <ConnectDialog source={source.namespace} onClose={() => setConnecting(false)} onConnected={reload} />}
    </Section>
  );
}
