import { useState } from 'react';
import { Button } from './button.tsx';
import { Highlighted } from './highlight.tsx';

/** Copies a text and says so. */
export function CopyButton({ text, label = 'Copy', bare }: { text: string; label?: string; bare?: boolean }) {
  const [done, setDone] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setDone(true);
        setTimeout(() => setDone(false), 1600);
      },
      () => setDone(false), // without permission the text can still be selected by hand
    );
  };
  return (
    <span className="copy" aria-live="polite">
      <Button look="quiet" size="small" icon={done ? 'check' : 'copy'} label={done ? 'Copied' : label} onClick={copy}>
        {bare ? undefined : done ? 'Copied' : label}
      </Button>
    </span>
  );
}

/** A block of code with its copy button; long lines wrap, tall blocks scroll. */
export function Code({ text, language, name }: { text: string; language?: 'json' | 'typescript' | 'shell'; name?: string }) {
  return (
    <figure className="code">
      <figcaption>
        <span className="mono">{name}</span>
        <CopyButton text={text} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          <Highlighted text={text} language={language ?? 'shell'} />
        </code>
      </pre>
    </figure>
  );
}
