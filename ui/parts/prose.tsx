import { Fragment, type ReactNode, useState } from 'react';

const INLINE =
  /\*\*([^*]+)\*\*|`([^`]+)`|(?<!\w)_([^_\n]+)_(?!\w)|\[([^\]]+)\]\((https?:\/\/[^\s)]+)[^)]*\)|\[([^\]]+)\]\([^)]*\)|<br\s*\/?>|(https?:\/\/[^\s<>)"']+)/g;

/**
 * A description written by somebody else: paragraphs, lists, code, bold and links of Markdown become elements, all other markup
 * stays text. Links open elsewhere and tell nothing about where they came from. A long one takes little room until one reads on.
 */
export function About({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > 420 || text.split('\n').length > 5;
  return (
    <div className="about">
      <div className={long && !whole ? 'prose clamped' : 'prose'}>
        {text
          .trim()
          .split(/\n{2,}/)
          .map((block, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks of one text have no identity but their place
            <Block key={index} text={block} />
          ))}
      </div>
      {long && (
        <button type="button" className="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : 'Read on'}
        </button>
      )}
    </div>
  );
}

function Block({ text }: { text: string }) {
  const lines = text.split('\n');
  if (lines.every(line => /^\s*[-*]\s+/.test(line))) {
    return (
      <ul>
        {lines.map(line => (
          <li key={line}>{inline(line.replace(/^\s*[-*]\s+/, ''))}</li>
        ))}
      </ul>
    );
  }
  const heading = /^#{1,6}\s+(.*)$/.exec(text);
  if (heading) {
    return (
      <p>
        <strong>{inline(heading[1] ?? '')}</strong>
      </p>
    );
  }
  const quote = /^> ?(?:\[!(\w+)\]\s*)?/.exec(text);
  if (quote) return <blockquote>{inline(text.replace(/^> ?(\[!\w+\]\s*)?/gm, ''))}</blockquote>;
  return <p>{inline(text)}</p>;
}

function inline(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(last, match.index));
    parts.push(<Fragment key={match.index}>{element(match)}</Fragment>);
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}

function element([, bold, code, slanted, label, href, plainLabel, bare]: RegExpMatchArray): ReactNode {
  if (slanted) return <em>{inline(slanted)}</em>;
  if (code) return <code>{code}</code>;
  if (bold) return <strong>{inline(bold)}</strong>;
  if (label && href) return <Away href={href}>{label}</Away>;
  if (plainLabel) return plainLabel;
  if (bare) return <Away href={bare}>{bare}</Away>;
  return <br />;
}

function Away({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** The first sentence or so of a description, without its markup: for one line of a list. */
export function plainLine(text: string): string {
  const [first = ''] = text.trim().split(/\n\s*\n/, 1);
  return first
    .replace(/\s+/g, ' ')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/(?<!\w)_([^_]+)_(?!\w)/g, '$1')
    .replace(/[`*]/g, '');
}
