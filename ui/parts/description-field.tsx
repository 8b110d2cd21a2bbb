import { type DragEvent, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

export interface Document {
  name: string;
  text: string;
}

/** A document beyond this is kept beside the field: browsers crawl with megabytes in a text box. */
const LARGE = 50_000;

interface DescriptionFieldProps {
  text: string;
  onText: (text: string) => void;
  document: Document | undefined;
  onDocument: (document: Document | undefined) => void;
}

/** The one field: an address, a pasted document, or a file that is dropped or chosen. */
export function DescriptionField({ text, onText, document, onDocument }: DescriptionFieldProps) {
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (file) onDocument({ name: file.name, text: await file.text() });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  if (document) {
    return (
      <div className="held">
        <Icon name="file" />
        <span className="mono">{document.name}</span>
        <span className="muted">{size(document.text.length)}</span>
        <Button look="quiet" size="small" icon="cross" label="Remove the document" onClick={() => onDocument(undefined)} />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a second way to what the button below does
    <div
      className={`field description-field${over ? ' over' : ''}`}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label htmlFor="description">Address of the API, its description, or a command</label>
      <textarea
        id="description"
        className="mono"
        // biome-ignore lint/a11y/noAutofocus: the page is this field
        autoFocus
        value={text}
        rows={Math.min(12, Math.max(2, text.split('\n').length))}
        placeholder="https://api.example.com/openapi.json"
        spellCheck={false}
        autoComplete="off"
        onChange={event => onText(event.target.value)}
        onPaste={event => {
          const pasted = event.clipboardData.getData('text');
          if (pasted.length < LARGE) return;
          event.preventDefault();
          onDocument({ name: 'Pasted document', text: pasted });
        }}
        onKeyDown={event => {
          if (event.key !== 'Enter' || event.shiftKey || text.includes('\n')) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      <p className="field-help">
        An OpenAPI document, a GraphQL endpoint, an MCP server, or the command that starts one. Drop a file here or{' '}
        <button type="button" className="link" onClick={() => chooser.current?.click()}>
          choose one
        </button>
        .
      </p>
      <input
        ref={chooser}
        type="file"
        className="hidden"
        aria-label="Choose a file"
        tabIndex={-1}
        accept=".json,.yaml,.yml"
        onChange={event => void take(event.target.files?.[0])}
      />
    </div>
  );
}

function size(characters: number): string {
  return characters < 1e6 ? `${Math.round(characters / 1000)} kB` : `${(characters / 1e6).toFixed(1)} MB`;
}
