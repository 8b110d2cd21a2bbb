import { Fragment } from 'react';

/** Beyond this many characters colour costs more than it helps. */
const LIMIT = 60_000;
const GRAMMAR =
  /(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)|(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?<number>(?<![\w$])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<word>\b(?:true|false|null|export|interface|type|declare|function|const|return|await|import|from|extends|keyof|readonly|string|number|boolean|unknown|never|void|undefined|any|Record|Array|Promise)\b)/gi;

/** Code in colour. Plain elements only: nothing of the text is ever taken for markup. */
export function Highlighted({ text, language }: { text: string; language: 'json' | 'typescript' | 'shell' }) {
  if (language === 'shell' || text.length > LIMIT) return text;
  const parts: (string | { kind: string; text: string })[] = [];
  let last = 0;
  for (const match of text.matchAll(GRAMMAR)) {
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0];
    if (!kind) continue;
    if (match.index > last) parts.push(text.slice(last, match.index));
    parts.push({ kind, text: match[0] });
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts.map((part, index) =>
    typeof part === 'string' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no identity but their place
      <Fragment key={index}>{part}</Fragment>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no identity but their place
      <span key={index} className={`t-${part.kind}`}>
        {part.text}
      </span>
    ),
  );
}
