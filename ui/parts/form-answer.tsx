import { useState } from 'react';
import type { InteractionView } from '../../machines/schema/execution.ts';
import type { JsonSchema } from '../../machines/schema/tool.ts';
import type { Choice } from '../answers.ts';
import { fieldsOf, type Node, resolve } from '../schema.ts';
import { Button, useOffline } from './button.tsx';
import { Icon } from './icons.tsx';
import { JsonEditor, parseJson } from './json-editor.tsx';
import { SchemaForm } from './schema-form.tsx';

type Content = Record<string, unknown>;

/** What an upstream asks a person for: a form made of its schema, or an address to go to. */
export function FormAnswer({ interaction, busy, send }: Choice & { interaction: InteractionView }) {
  const { schema, url } = interaction;
  if (schema === undefined) return <Elsewhere url={elsewhere(interaction) ? url : undefined} busy={busy} send={send} />;
  const node = resolve(schema, {});
  return fieldsOf(node, definitionsOf(node)).length > 0 ? (
    <Fields schema={schema as JsonSchema} node={node} busy={busy} send={send} />
  ) : (
    <Free busy={busy} send={send} />
  );
}

/** Whether the address is the upstream's own, not that of this page. */
const elsewhere = ({ url, executionId }: InteractionView): boolean => url !== undefined && !url.endsWith(`/resume/${executionId}`);

const definitionsOf = (node: Node) => (node.$defs ?? {}) as Record<string, JsonSchema>;

function Fields({ schema, node, busy, send }: Choice & { schema: JsonSchema; node: Node }) {
  const offline = useOffline();
  const [value, setValue] = useState<Content>(() => defaultsOf(node));
  const missing = fieldsOf(node, definitionsOf(node)).filter(({ name, required }) => required && value[name] === undefined);
  return (
    <>
      <SchemaForm schema={schema} value={value} onChange={setValue} titled />
      <Send
        busy={busy}
        send={send}
        content={value}
        reason={offline ?? (missing[0] && `Still missing: ${missing.map(({ name, schema: field }) => field.title ?? name).join(', ')}.`)}
      />
    </>
  );
}

function defaultsOf(node: Node): Content {
  const given = fieldsOf(node, definitionsOf(node)).filter(({ schema }) => schema.default !== undefined);
  return Object.fromEntries(given.map(({ name, schema }) => [name, schema.default]));
}

/** A schema that says nothing of its fields is answered with any object. */
function Free({ busy, send }: Choice) {
  const offline = useOffline();
  const [text, setText] = useState('{\n  \n}');
  const { value, problem } = parseJson(text);
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Content) : undefined;
  return (
    <>
      <JsonEditor label="Your answer" text={text} onChange={setText} />
      <Send
        busy={busy}
        send={send}
        content={object}
        reason={offline ?? (problem || !object ? 'The answer is a JSON object.' : undefined)}
      />
    </>
  );
}

function Send({ busy, send, content, reason }: Choice & { content: Content | undefined; reason: string | undefined }) {
  const offline = useOffline();
  return (
    <div className="actions">
      <Button look="primary" icon="check" busy={busy === 'accept'} reason={reason} onClick={() => send('accept', content)}>
        Send
      </Button>
      <Button icon="cross" busy={busy === 'decline'} reason={offline} onClick={() => send('decline')}>
        Decline
      </Button>
    </div>
  );
}

/** Something is to be done at another address; what is typed there is none of our business. */
function Elsewhere({ url, busy, send }: Choice & { url: string | undefined }) {
  const offline = useOffline();
  const safe = url && /^https?:\/\//i.test(url) ? url : undefined;
  return (
    <>
      {safe && (
        <>
          <p className="line">{safe}</p>
          <a className="button plain normal start" href={safe} target="_blank" rel="noopener noreferrer">
            <Icon name="external" />
            <span>Open</span>
          </a>
        </>
      )}
      <div className="actions">
        <Button look="primary" icon="check" busy={busy === 'accept'} reason={offline} onClick={() => send('accept')}>
          {safe ? 'I have done it' : 'Accept'}
        </Button>
        <Button icon="cross" busy={busy === 'decline'} reason={offline} onClick={() => send('decline')}>
          Decline
        </Button>
      </div>
    </>
  );
}
