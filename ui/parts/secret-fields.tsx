import { Button } from './button.tsx';

/** A secret under a name of the person's choosing. */
export interface NamedSecret {
  id: number;
  name: string;
  value: string;
}

interface SecretWords {
  legend: string;
  help: string;
  /** What each of them is: `header`. */
  one: string;
  name: string;
  value: string;
}

/** Static headers of a source. */
export const HEADERS: SecretWords = {
  legend: 'Headers',
  help: 'Sent with each call, for example Authorization. Values are sealed and never shown again.',
  one: 'header',
  name: 'Authorization',
  value: 'Bearer …',
};

/** What a method asks for whose names are the person's own. */
export const wordsOf = (methodId: string): SecretWords =>
  methodId === 'environment'
    ? {
        legend: 'Variables',
        help: 'In the environment of the command. Values are sealed and never shown again.',
        one: 'variable',
        name: 'API_TOKEN',
        value: '',
      }
    : {
        legend: 'Names and values',
        help: 'A header by its name; query.key and cookie.sid are for the other places. Values are sealed and never shown again.',
        one: 'value',
        name: 'X-Api-Key',
        value: '',
      };

let ids = 0;

/** Secrets under names of the person's choosing: sealed by the daemon and never shown again. */
export function SecretFields({
  words,
  secrets,
  onChange,
}: {
  words: SecretWords;
  secrets: NamedSecret[];
  onChange: (secrets: NamedSecret[]) => void;
}) {
  const change = (id: number, part: Partial<NamedSecret>) =>
    onChange(secrets.map(secret => (secret.id === id ? { ...secret, ...part } : secret)));
  const title = words.one[0]!.toUpperCase() + words.one.slice(1);
  return (
    <fieldset className="headers">
      <legend>{words.legend}</legend>
      <p className="field-help">{words.help}</p>
      {secrets.map(secret => (
        <div key={secret.id} className="header-row">
          <input
            aria-label={`${title} name`}
            className="mono"
            placeholder={words.name}
            spellCheck={false}
            autoComplete="off"
            value={secret.name}
            onChange={event => change(secret.id, { name: event.target.value })}
          />
          <input
            aria-label="Secret value"
            type="password"
            className="mono"
            placeholder={words.value}
            autoComplete="new-password"
            value={secret.value}
            onChange={event => change(secret.id, { value: event.target.value })}
          />
          <Button
            look="quiet"
            icon="cross"
            label={`Remove this ${words.one}`}
            onClick={() => onChange(secrets.filter(one => one.id !== secret.id))}
          />
        </div>
      ))}
      <Button size="small" icon="plus" onClick={() => onChange([...secrets, { id: ++ids, name: '', value: '' }])}>
        {`Add a ${words.one}`}
      </Button>
    </fieldset>
  );
}
