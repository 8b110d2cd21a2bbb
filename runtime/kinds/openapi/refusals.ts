import { FaultError } from '../../../machines/schema/fault.ts';

const refuse = (argument: string, reason: string): never => {
  throw new FaultError('invalid_arguments', `\`${argument}\` ${reason}`, { details: { path: `/${argument}` } });
};

/** Every text in a value, however deep. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* textsOf(item);
    }
  }
}

/** A path value must not climb: no segment of it is `.` or `..`, plain or encoded, once or twice. */
export function refuseDots(argument: string, value: unknown): void {
  for (const source of textsOf(value)) {
    const plain = source.replace(/%25/g, '%').replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
    if (plain.split(/[/\\]/).some(segment => segment === '.' || segment === '..'))
      refuse(argument, 'must not contain dot segments (`.` or `..`)');
  }
}

/** What would end a header, a cookie or a line of a request. */
export function refuseLineBreaks(argument: string, value: unknown): void {
  for (const source of textsOf(value)) if (/[\r\n\0]/.test(source)) refuse(argument, 'must not contain line breaks or NUL');
}

/** Header values are bytes: HTTP knows no other characters in there. */
export function refuseNonLatin(argument: string, value: string): void {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) refuse(argument, 'is sent as a header, which cannot carry these characters');
}
