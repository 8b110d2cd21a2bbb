import { type ReactNode, useId } from 'react';

interface FieldProps {
  label: ReactNode;
  /** Said after the label, more quietly. */
  aside?: string | undefined;
  help?: ReactNode;
  problem?: string | undefined;
}

interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string | undefined;
  mono?: boolean;
  secret?: boolean;
  maxLength?: number;
  /** What is offered while one types. */
  offers?: readonly string[];
}

/** One line of text with its name, and what there is to say about it. */
export function TextField({ value, onChange, placeholder, mono, secret, maxLength, offers, ...field }: TextFieldProps) {
  const id = useId();
  return (
    <Field id={id} {...field}>
      <input
        id={id}
        type={secret ? 'password' : 'text'}
        className={mono ? 'mono' : undefined}
        value={value}
        placeholder={placeholder}
        maxLength={maxLength}
        spellCheck={mono ? false : undefined}
        autoComplete={secret ? 'new-password' : 'off'}
        list={offers ? `${id}-offers` : undefined}
        aria-invalid={field.problem !== undefined || undefined}
        aria-describedby={field.problem || field.help ? `${id}-help` : undefined}
        onChange={event => onChange(event.target.value)}
      />
      {offers && (
        <datalist id={`${id}-offers`}>
          {offers.map(offer => (
            <option key={offer} value={offer} />
          ))}
        </datalist>
      )}
    </Field>
  );
}

interface SelectFieldProps<T extends string> extends FieldProps {
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** One choice of several, with its name. */
export function SelectField<T extends string>({ value, options, onChange, ...field }: SelectFieldProps<T>) {
  const id = useId();
  return (
    <Field id={id} {...field}>
      <span className="select block">
        <select
          id={id}
          value={value}
          aria-describedby={field.problem || field.help ? `${id}-help` : undefined}
          onChange={event => onChange(event.target.value as T)}
        >
          {options.map(option => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </span>
    </Field>
  );
}

function Field({ id, label, aside, help, problem, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {aside && <span className="muted">{aside}</span>}
      </label>
      {children}
      {(problem ?? help) && (
        <p id={`${id}-help`} className={problem ? 'field-problem' : 'field-help'}>
          {problem ?? help}
        </p>
      )}
    </div>
  );
}
