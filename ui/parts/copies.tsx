import { api } from '../api.ts';
import { download, save } from '../request.ts';
import { notify } from '../store.ts';
import { useSubmit } from '../submit.ts';
import { Button, useOffline } from './button.tsx';
import { Section } from './head.tsx';
import { ImportConfig } from './import-config.tsx';

/** Copies of everything, and the configuration as a file. */
export function Copies() {
  const offline = useOffline();
  const backup = useSaved();
  const configuration = useSaved();
  return (
    <Section title="Copies">
      <div className="setting">
        <div>
          <p className="setting-name">Backup</p>
          <p className="muted small">
            A consistent copy of everything while the daemon runs on, without its keys. It is put back with <code>executor restore</code>.
          </p>
        </div>
        <Button
          icon="file"
          busy={backup.busy}
          reason={offline}
          onClick={() => backup.run(() => download('/api/backup', `executor-${new Date().toISOString().slice(0, 10)}.backup.gz`))}
        >
          Download
        </Button>
      </div>
      <div className="setting">
        <div>
          <p className="setting-name">Export</p>
          <p className="muted small">Sources, policies and settings as a file to review and to keep under version control. No secrets.</p>
        </div>
        <Button
          icon="file"
          busy={configuration.busy}
          reason={offline}
          onClick={() => configuration.run(async () => save(JSON.stringify(await api.exportConfig(), null, 2), 'executor.json'))}
        >
          Export
        </Button>
      </div>
      <ImportConfig />
    </Section>
  );
}

function useSaved() {
  const { busy, submit } = useSubmit();
  const run = (work: () => Promise<void>) => void submit(() => work().catch((error: Error) => notify('failed', error.message)));
  return { busy, run };
}
