import { useState } from 'react';
import { choicesOf, type Node } from '../schema.ts';
import { parseJson } from './json-editor.tsx';

interface ControlProps {
  id: string;
  name: string;
  node: Node;
  /** What a list holds. */
  items: Node;
  value: unknown;
  required: boolean;
  titled: boolean;
  onChange: (value: unknown) => void;
}

/** What one value is given with: a choice, boxes to tick, a text, a number, or JSON for all else. */
export function Control(props: ControlProps) {
  const { id, node, items, value, onChange } = props;
  const choices = choicesOf(node, props.titled);
  if (choices) return <SelectControl {...props} choices={choices} />;
  const several = node.type === 'array' ? choicesOf(items, props.titled) : undefined;
  if (several) return <SeveralControl id={id} value={value} choices={several} onChange={onChange} />;
  if (isText(node)) return <TextControl {...props} />;
  if (node.type === 'integer' || node.type === 'number') return <NumberControl id={id} node={node} value={value} onChange={onChange} />;
  return <JsonControl id={id} value={value} onChange={onChange} />;
}

/** A text, or one of several simple things of which a text is one. */
function isText({ type, oneOf, anyOf }: Node): boolean {
  const all = Array.isArray(type) ? type : ([oneOf, anyOf].find(Array.isArray) as Node[] | undefined)?.map(part => part.type);
  if (all) return all.includes('string') && all.every(one => ['string', 'integer', 'number', 'null'].includes(String(one)));
  return type === 'string';
}

type Choices = NonNullable<ReturnType<typeof choicesOf>>;

function SelectControl({ id, value, required, onChange, choices }: ControlProps & { choices: Choices }) {
  const at = choices.findIndex(choice => choice.value === value);
  return (
    <span className="select block">
      <select id={id} value={at} onChange={event => onChange(choices[Number(event.target.value)]?.value)}>
        {(!required || at < 0) && <option value={-1}>{required ? 'Choose one' : 'Not given'}</option>}
        {choices.map((choice, index) => (
          <option key={choice.label} value={index}>
            {choice.label}
          </option>
        ))}
      </select>
    </span>
  );
}

interface SeveralProps {
  id: string;
  value: unknown;
  choices: Choices;
  onChange: (value: unknown) => void;
}

function SeveralControl({ id, value, choices, onChange }: SeveralProps) {
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (one: unknown) => {
    const next = chosen.includes(one) ? chosen.filter(other => other !== one) : [...chosen, one];
    onChange(next.length > 0 ? next : undefined);
  };
  return (
    <div className="several" id={id}>
      {choices.map(choice => (
        <label key={choice.label} className="check">
          <input type="checkbox" checked={chosen.includes(choice.value)} onChange={() => toggle(choice.value)} />
          {choice.label}
        </label>
      ))}
    </div>
  );
}

/** What these hold is rarely one line. */
const PROSE = /(^|_)(body|content|message|description|document)$/i;

const TYPES: Record<string, string> = { email: 'email', uri: 'url', url: 'url', date: 'date', password: 'password' };

function TextControl({ id, name, node, value, required, titled, onChange }: ControlProps) {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  // An empty text is a value only where one must be given, and never a person's answer.
  const change = (next: string) => onChange(next === '' && (!required || titled) ? undefined : next);
  const [long] = useState(text.length > 60 || PROSE.test(name) || node.format === 'binary');
  if (long || text.includes('\n'))
    return (
      <textarea
        id={id}
        value={text}
        rows={Math.min(10, Math.max(3, text.split('\n').length))}
        onChange={event => change(event.target.value)}
      />
    );
  return (
    <input
      id={id}
      type={(titled && TYPES[String(node.format)]) || 'text'}
      value={text}
      autoComplete="off"
      spellCheck={false}
      placeholder={node.default !== undefined ? String(node.default) : undefined}
      onChange={event => change(event.target.value)}
    />
  );
}

/** What is typed stays as it is typed; the value is given on once it is a number. */
function NumberControl({ id, node, value, onChange }: Pick<ControlProps, 'id' | 'node' | 'value' | 'onChange'>) {
  const [text, setText] = useState(value === undefined ? '' : String(value));
  const wrong = text.trim() !== '' && !Number.isFinite(Number(text));
  return (
    <input
      id={id}
      inputMode="decimal"
      value={text}
      autoComplete="off"
      aria-invalid={wrong}
      placeholder={node.default !== undefined ? String(node.default) : undefined}
      onChange={event => {
        const typed = event.target.value;
        setText(typed);
        if (typed.trim() === '') onChange(undefined);
        else onChange(Number.isFinite(Number(typed)) ? Number(typed) : typed);
      }}
    />
  );
}

/** Lists, free objects and alternatives are written as JSON; a plain word stands for itself. */
function JsonControl({ id, value, onChange }: Pick<ControlProps, 'id' | 'value' | 'onChange'>) {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value, null, 2));
  const { problem } = parseJson(text);
  return (
    <textarea
      id={id}
      className="mono"
      value={text}
      rows={Math.min(12, Math.max(1, text.split('\n').length))}
      spellCheck={false}
      placeholder="JSON"
      aria-invalid={problem !== undefined && /^\s*[[{"]/.test(text)}
      onChange={event => {
        setText(event.target.value);
        const { value: parsed, problem: wrong } = parseJson(event.target.value);
        onChange(wrong === undefined ? parsed : event.target.value);
      }}
    />
  );
}
