import { useState } from 'react';
import type { AuditEntry } from '../../machines/schema/audit.ts';
import { api } from '../api.ts';
import { Button, useOffline } from '../parts/button.tsx';
import { Head } from '../parts/head.tsx';
import { Json } from '../parts/json.tsx';
import { Empty, ErrorNote, Note, Skeleton } from '../parts/notes.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { Ago } from '../parts/time.tsx';
import { download, toApiError } from '../request.ts';
import { useResource } from '../resource.ts';
import { setQuery, useLocation } from '../router.tsx';
import type { AuditVerdict } from '../shapes.ts';
import { notify } from '../store.ts';
import { useTitle } from '../title.ts';

const PAGE = 100;

/** Who did what, when, and by which rule: a chain in which nothing can be changed or left out unseen. */
export function AuditPage() {
  useTitle('Audit');
  const { query } = useLocation();
  const q = query.get('q') ?? '';
  const { data, error, reload } = useResource(`audit ${q}`, signal => api.audit({ q, limit: PAGE }, signal));
  const [rest, setRest] = useState<{ q: string; items: AuditEntry[]; next: string | undefined }>();
  const older = rest?.q === q ? rest : undefined;
  const next = older ? older.next : data?.nextCursor;
  const items = [...(data?.items ?? []), ...(older?.items ?? [])];
  const [busy, setBusy] = useState(false);
  const more = async () => {
    setBusy(true);
    try {
      const page = await api.audit({ q, limit: PAGE, ...(next && { cursor: next }) });
      setRest({ q, items: [...(older?.items ?? []), ...page.items], next: page.nextCursor });
    } catch (thrown) {
      notify('failed', toApiError(thrown).message);
    }
    setBusy(false);
  };
  return (
    <div className="page">
      <Head
        title="Audit"
        actions={<Actions />}
        meta={<span>Who did what, when, and by which rule. Each entry holds the hash of the one before.</span>}
      />
      <div className="toolbar">
        <span />
        <SearchField label="Search the audit" value={q} onChange={text => setQuery('q', text)} />
      </div>
      {error && !data && <ErrorNote error={error} retry={reload} />}
      <div className="card flush">
        {!data && !error && <Skeleton rows={8} height={24} />}
        {data && items.length === 0 && (
          <Empty icon="scroll" title={q ? 'Nothing matches' : 'Nothing is recorded yet'}>
            {q ? 'Try other words.' : 'Calls, answers and changes of settings are written down here.'}
          </Empty>
        )}
        <ol className="rows">
          {items.map(entry => (
            <li key={entry.seq}>
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      </div>
      {next && (
        <div className="load-more">
          <Button busy={busy} onClick={() => void more()}>
            Load older
          </Button>
        </div>
      )}
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const [open, setOpen] = useState(false);
  const { seq, at, act, who, name, client, tool, target, outcome } = entry;
  return (
    <details className="audit-entry" open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary className="row">
        <span className="event-seq">{seq}</span>
        <span className="row-main">
          <span>
            <strong>{name ?? who}</strong> <span className="muted">{client ? `via ${client} · ${act}` : act}</span>
          </span>
          <span className="row-peek mono">{tool ?? target}</span>
        </span>
        {outcome !== undefined && <span className="muted">{outcome}</span>}
        <span className="row-when">
          <Ago at={at} />
        </span>
      </summary>
      {open && (
        <div className="audit-detail">
          <Json value={entry} open={2} />
        </div>
      )}
    </details>
  );
}

function Actions() {
  const offline = useOffline();
  const [busy, setBusy] = useState<'verify' | 'save'>();
  const [found, setFound] = useState<AuditVerdict>();
  const act = async (what: 'verify' | 'save') => {
    setBusy(what);
    try {
      if (what === 'verify') setFound(await api.verifyAudit());
      else await download('/api/audit?format=jsonl', 'executor-audit.jsonl');
    } catch (error) {
      notify('failed', toApiError(error).message);
    }
    setBusy(undefined);
  };
  return (
    <>
      <Button icon="check" busy={busy === 'verify'} reason={offline} onClick={() => void act('verify')}>
        Verify the chain
      </Button>
      <Button icon="file" busy={busy === 'save'} reason={offline} onClick={() => void act('save')}>
        Download
      </Button>
      {found && (
        <Note
          tone={found.ok ? 'done' : 'failed'}
          title={
            found.ok
              ? `${found.entries.toLocaleString('en')} entries, none changed`
              : `Entry ${found.problem?.seq}: ${found.problem?.reason}`
          }
        >
          <code>{found.head}</code>
        </Note>
      )}
    </>
  );
}
