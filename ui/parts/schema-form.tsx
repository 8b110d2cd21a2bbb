import { useId, useState } from 'react';
import type { JsonSchema } from '../../machines/schema/tool.ts';
import { counted } from '../counted.ts';
import { type Definitions, type FieldInfo, fieldsOf, type Node, resolve, typeOf } from '../schema.ts';
import { plainLine } from './prose.tsx';
import { Control } from './schema-controls.tsx';

type Value = Record<string, unknown>;
interface FormProps {
  schema: JsonSchema;
  value: Value;
  onChange: (value: Value) => void;
  /** Fields are called by their titles, as people are asked, not by their names, as a caller knows them. */
  titled?: boolean;
}

/** So many arguments are shown at once; of more, the optional ones come when they are asked for. */
const FEW = 6;

/** Objects within objects are forms of their own down to here; deeper ones are written as JSON. */
const DEEPEST = 2;

/** A form made of a tool's input schema: what is required first, the rest when it is asked for. */
export function SchemaForm({ schema, value, onChange, titled = false }: FormProps) {
  const definitions = (typeof schema === 'object' ? (schema.$defs ?? {}) : {}) as Definitions;
  const root = resolve(schema, definitions);
  return <Fields node={root} definitions={definitions} value={value} onChange={onChange} titled={titled} depth={0} />;
}

interface FieldsProps {
  node: Node;
  definitions: Definitions;
  value: Value;
  onChange: (value: Value) => void;
  titled: boolean;
  depth: number;
}

function Fields({ node, definitions, value, onChange, titled, depth }: FieldsProps) {
  const fields = fieldsOf(node, definitions).filter(({ name }) => !/^or \d+$/.test(name));
  const [all, setAll] = useState(titled || fields.length <= FEW);
  const [first] = useState(
    () => new Set(fields.filter(({ name, required }) => required || value[name] !== undefined).map(({ name }) => name)),
  );
  const shown = fields.filter(({ name }) => all || first.has(name) || value[name] !== undefined);
  const hidden = fields.length - shown.length;
  const set = (name: string, next: unknown) => {
    const { [name]: _old, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [name]: next });
  };
  if (fields.length === 0) return <p className="muted">It takes no arguments.</p>;
  return (
    <div className="schema-form">
      {shown.map(field => (
        <Field
          key={field.name}
          field={field}
          definitions={definitions}
          value={value[field.name]}
          onChange={next => set(field.name, next)}
          titled={titled}
          depth={depth}
        />
      ))}
      {hidden > 0 && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {shown.length === 0 ? `Show ${counted(hidden, 'optional argument')}` : `${hidden} more, optional`}
        </button>
      )}
    </div>
  );
}

interface FieldProps {
  field: FieldInfo;
  definitions: Definitions;
  value: unknown;
  onChange: (value: unknown) => void;
  titled: boolean;
  depth: number;
}

function Field({ field, definitions, value, onChange, titled, depth }: FieldProps) {
  const id = useId();
  const node = resolve(field.schema, definitions);
  const description = typeof node.description === 'string' ? plainLine(node.description) : '';
  const isObject = depth < DEEPEST && node.items === undefined && !alternatives(node) && fieldsOf(node, definitions).length > 0;
  const label = (
    <>
      {titled ? (
        <span>{typeof node.title === 'string' ? node.title : field.name}</span>
      ) : (
        <>
          <span className="mono">{field.name}</span> <span className="muted form-type">{typeOf(node, definitions)}</span>
        </>
      )}
      {field.required && <span className="schema-required"> required</span>}
    </>
  );
  if (isObject) {
    return (
      <fieldset className="form-group">
        <legend>{label}</legend>
        {description && <p className="field-help">{description}</p>}
        <Fields
          node={node}
          definitions={definitions}
          value={isPlain(value) ? value : {}}
          onChange={onChange}
          titled={titled}
          depth={depth + 1}
        />
      </fieldset>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <Control
        id={id}
        name={field.name}
        node={node}
        items={resolve(node.items, definitions)}
        value={value}
        required={field.required}
        titled={titled}
        onChange={onChange}
      />
      {description && (
        <p id={`${id}-help`} className="field-help">
          {description}
        </p>
      )}
    </div>
  );
}

const alternatives = (node: Node): boolean => [node.oneOf, node.anyOf].some(list => Array.isArray(list) && list.length > 1);

const isPlain = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value);
