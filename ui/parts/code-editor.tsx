import { type KeyboardEvent, useId, useRef } from 'react';
import { Highlighted } from './highlight.tsx';

/** How a line stands to a program that runs: it waits there, or has been there. */
export type Mark = 'current' | 'passed';

interface CodeEditorProps {
  label: string;
  text: string;
  onChange: (text: string) => void;
  onSubmit?: () => void;
  /** Lines that are told apart, from 1. */
  marks?: ReadonlyMap<number, Mark>;
}

const INDENT = '  ';

/**
 * A small editor for programs: numbered and coloured lines, indentation that goes on, Ctrl/Cmd+Enter to run. The text lies in a
 * plain text box over its coloured twin, so everything a browser can do with text works. Escape lets Tab leave.
 */
export function CodeEditor({ label, text, onChange, onSubmit, marks }: CodeEditorProps) {
  const id = useId();
  const leaving = useRef(false);
  const lines = text.split('\n');
  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const area = event.currentTarget;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSubmit?.();
    } else if (event.key === 'Escape') {
      leaving.current = true;
    } else if (event.key === 'Tab' && !event.shiftKey && !leaving.current) {
      event.preventDefault();
      insert(INDENT);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      const line = area.value.slice(area.value.lastIndexOf('\n', area.selectionStart - 1) + 1, area.selectionStart);
      const deeper = /[{([]\s*$/.test(line) ? INDENT : '';
      event.preventDefault();
      insert(`\n${/^\s*/.exec(line)?.[0] ?? ''}${deeper}`);
    }
  };
  return (
    <div className="code-editor">
      <pre aria-hidden="true">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <span key={index} className={`source-line ${marks?.get(index + 1) ?? ''}`}>
            <span className="source-n">{index + 1}</span>
            <code>{line === '' ? ' ' : <Highlighted text={line} language="typescript" />}</code>
          </span>
        ))}
      </pre>
      <textarea
        aria-label={label}
        aria-describedby={`${id}-keys`}
        value={text}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        wrap="off"
        rows={1}
        onChange={event => onChange(event.target.value)}
        onKeyDown={press}
        onBlur={() => {
          leaving.current = false;
        }}
      />
      <span id={`${id}-keys`} className="hidden">
        Tab indents; Escape, then Tab, leaves the editor.
      </span>
    </div>
  );
}

/** As if it were typed: the browser's own undo takes it back. */
const insert = (typed: string): boolean => document.execCommand('insertText', false, typed);
