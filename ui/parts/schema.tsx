import { useState } from 'react';
import type { JsonSchema } from '../../machines/schema/tool.ts';
import { type Definitions, type FieldInfo, fieldsOf, resolve, typeOf } from '../schema.ts';
import { plainLine } from './prose.tsx';

/** A JSON Schema as a tree of properties. References are followed when opened, so a cyclic one is as good as any. */
export function Schema({ schema }: { schema: JsonSchema }) {
  if (typeof schema === 'boolean') return <p className="muted">{schema ? 'Anything.' : 'Nothing.'}</p>;
  const definitions = (schema.$defs ?? {}) as Definitions;
  const root = resolve(schema, definitions);
  const fields = fieldsOf(root, definitions);
  if (fields.length === 0) {
    const { type: _type, ...rest } = root;
    if (root.type === 'object' || Object.keys(rest).length === 0)
      return <p className="muted">{root.type === 'object' ? 'No fields.' : 'Anything.'}</p>;
    return <Field field={{ name: 'value', schema: root, required: true }} definitions={definitions} />;
  }
  return (
    <ul className="schema">
      {fields.map(field => (
        <Field key={field.name} field={field} definitions={definitions} />
      ))}
    </ul>
  );
}

function Field({ field, definitions }: { field: FieldInfo; definitions: Definitions }) {
  const [open, setOpen] = useState(false);
  const node = resolve(field.schema, definitions);
  const inner = fieldsOf(node, definitions);
  const description = typeof node.description === 'string' ? plainLine(node.description) : '';
  const head = (
    <>
      <span className="schema-name">{field.name}</span>
      <span className="schema-type">{typeOf(node, definitions)}</span>
      {field.required && <span className="schema-required">required</span>}
      {node.default !== undefined && <span className="schema-type">= {JSON.stringify(node.default)}</span>}
    </>
  );
  return (
    <li>
      {inner.length > 0 ? (
        <details open={open} onToggle={event => setOpen(event.currentTarget.open)}>
          <summary className="schema-head">{head}</summary>
          {description && <p className="schema-text">{description}</p>}
          {open && (
            <ul className="schema">
              {inner.map(child => (
                <Field key={child.name} field={child} definitions={definitions} />
              ))}
            </ul>
          )}
        </details>
      ) : (
        <div className="schema-head leaf">{head}</div>
      )}
      {description && !(inner.length > 0 && open) && <p className="schema-text">{description}</p>}
    </li>
  );
}
