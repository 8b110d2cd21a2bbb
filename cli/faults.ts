import type { Fault } from '../machines/schema/fault.ts';
import { note, paint, shown } from './print.ts';

const BODY_SHOWN = 4_000;

/** Says on stderr what went wrong: the code, the message, and those details a person can use. */
export function noteFault({ code, message, details }: Fault): void {
  note(`${paint('red', code, process.stderr)}: ${shown(message)}`);
  const suggestions = details?.suggestions;
  if (Array.isArray(suggestions) && suggestions.length > 0 && !suggestions.every(each => message.includes(String(each)))) {
    note(`  did you mean  ${shown(suggestions.join(', '))}`);
  }
  if (details?.body !== undefined && details.body !== '') note(bodyShown(details.body));
}

function bodyShown(body: unknown): string {
  const text = shown(typeof body === 'string' ? body : JSON.stringify(body, null, 2));
  const cut =
    text.length > BODY_SHOWN ? `${text.slice(0, BODY_SHOWN)}… (${text.length.toLocaleString('en-US')} characters; --json shows all)` : text;
  return cut.replace(/^/gm, '  ');
}
