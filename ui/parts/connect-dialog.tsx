import { useState } from 'react';
import { Button } from './button.tsx';
import { ConnectForm } from './connect-form.tsx';
import { Dialog } from './dialog.tsx';
import { SelectField } from './fields.tsx';
import { useSources } from './source-rows.tsx';

interface ConnectDialogProps {
  source: string;
  /** What the connection is called, when that is known; without it, the person names it. */
  name?: string | undefined;
  onClose: () => void;
  onConnected: () => void;
}

/** Connects an account of a source. */
export function ConnectDialog({ source: first, name, onClose, onConnected }: ConnectDialogProps) {
  const { sources } = useSources();
  const [source, setSource] = useState(first);
  const able = sources.filter(one => one.kind !== 'builtin').map(one => ({ value: one.namespace, label: one.namespace }));
  return (
    <Dialog title={name === undefined ? 'Connect an account' : `Connect ${source}/${name}`} wide onClose={onClose}>
      {close => (
        <div className="stack tight">
          {name === undefined && <SelectField label="Source" value={source} options={able} onChange={setSource} />}
          <ConnectForm
            key={source}
            source={source}
            name={name}
            beside={pending => <Button onClick={close}>{pending ? 'Close' : 'Cancel'}</Button>}
            onConnected={() => {
              onConnected();
              close();
            }}
          />
        </div>
      )}
    </Dialog>
  );
}
