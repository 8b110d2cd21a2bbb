import { Button } from './button.tsx';

export interface Header {
  id: number;
  name: string;
  value: string;
}

let ids = 0;

/** Static headers with secret values: sealed by the daemon and never shown again. */
export function HeaderFields({ headers, onChange }: { headers: Header[]; onChange: (headers: Header[]) => void }) {
  const change = (id: number, part: Partial<Header>) =>
    onChange(headers.map(header => (header.id === id ? { ...header, ...part } : header)));
  return (
    <fieldset className="headers">
      <legend>Headers</legend>
      <p className="field-help">Sent with each call, for example Authorization. Values are sealed and never shown again.</p>
      {headers.map(header => (
        <div key={header.id} className="header-row">
          <input
            aria-label="Header name"
            className="mono"
            placeholder="Authorization"
            spellCheck={false}
            autoComplete="off"
            value={header.name}
            onChange={event => change(header.id, { name: event.target.value })}
          />
          <input
            aria-label="Secret value"
            type="password"
            className="mono"
            placeholder="Bearer …"
            autoComplete="new-password"
            value={header.value}
            onChange={event => change(header.id, { value: event.target.value })}
          />
          <Button
            look="quiet"
            icon="cross"
            label="Remove this header"
            onClick={() => onChange(headers.filter(one => one.id !== header.id))}
          />
        </div>
      ))}
      <Button size="small" icon="plus" onClick={() => onChange([...headers, { id: ++ids, name: '', value: '' }])}>
        Add a header
      </Button>
    </fieldset>
  );
}
