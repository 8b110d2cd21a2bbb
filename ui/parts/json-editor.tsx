import { useId } from 'react';
import { Button } from './button.tsx';

/** What a JSON text says, or why it says nothing. An empty text is `undefined`. */
export function parseJson(text: string): { value?: unknown; problem?: string } {
  if (text.trim() === '') return {};
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

interface JsonEditorProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  onSubmit?: (() => void) | undefined;
  placeholder?: string;
}

/** A JSON text to edit: it grows with its content, says what is wrong while one types, and submits on Ctrl/Cmd+Enter. */
export function JsonEditor({ label, text, onChange, onSubmit, placeholder }: JsonEditorProps) {
  const id = useId();
  const { value, problem } = parseJson(text);
  const tidy = value === undefined ? undefined : JSON.stringify(value, null, 2);
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        <Button
          look="quiet"
          size="small"
          reason={tidy === undefined || tidy === text ? 'Nothing to format.' : undefined}
          onClick={() => onChange(tidy ?? text)}
        >
          Format
        </Button>
      </div>
      <textarea
        id={id}
        className="mono grows"
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        rows={Math.min(24, Math.max(4, text.split('\n').length + 1))}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onSubmit?.();
          }
        }}
      />
      <p id={`${id}-problem`} className="field-problem" aria-live="polite">
        {problem}
      </p>
    </div>
  );
}
