import { useEffect, useRef, useState } from 'react';
import { Icon } from './icons.tsx';

/** At most one question in so many milliseconds, however fast somebody types. */
const PAUSE = 30;

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  placeholder?: string;
}

/** A search field that reports what was typed at once; of keys that follow one another too fast, the last. `/` jumps into it, Escape empties it. */
export function SearchField({ label, value, onChange, placeholder }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const report = useRef(onChange);
  report.current = onChange;
  /** What was last reported, or given from outside; and when. */
  const told = useRef({ text: value, at: Number.NEGATIVE_INFINITY });
  const tell = (typed: string) => {
    told.current = { text: typed, at: performance.now() };
    report.current(typed);
  };
  // Told within the event, what was typed and what follows from it are one rendering.
  const type = (typed: string) => {
    setText(typed);
    if (performance.now() - told.current.at >= PAUSE) tell(typed);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tell` is made of references
  useEffect(() => {
    if (text === told.current.text) return;
    const timer = setTimeout(() => tell(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    if (value === told.current.text) return;
    told.current.text = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  return (
    <div className="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={placeholder ?? 'Search'}
        value={text}
        spellCheck={false}
        onChange={event => type(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') type('');
        }}
      />
      <span className="key" aria-hidden="true">
        /
      </span>
    </div>
  );
}
