import type { AuthField, AuthMethod, AuthPart } from '../../machines/schema/auth.ts';
import { FaultError } from '../../machines/schema/fault.ts';

/** What a person typed in for a method, and the parts it becomes. */
export interface Filled {
  method: AuthMethod;
  values: Record<string, string>;
}

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** What OAuth takes besides the fields of its method: for a client of one's own, and for servers that say nothing of themselves. */
export const OAUTH_VALUES = [
  'clientId',
  'clientSecret',
  'privateKey',
  'keyId',
  'tokenAuth',
  'flow',
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'deviceEndpoint',
  'resource',
  'redirectUri',
] as const;

/** Names by which the one field of a method may be called. */
const ALIASES = ['value', 'apiKey', 'key', 'token'];

/**
 * Checks what was typed in against the method's fields.
 * @throws FaultError invalid_arguments naming the field
 */
export function fillIn(method: AuthMethod, given: Readonly<Record<string, string>> = {}): Filled {
  if (method.kind === 'custom') return custom(method, given);
  const values: Record<string, string> = {};
  const isOAuth = method.kind === 'oauth2';
  for (const [name, raw] of Object.entries(given)) {
    const value = raw.trim();
    const field = fieldNamed(method, name);
    if (field === undefined && !(isOAuth && (OAUTH_VALUES as readonly string[]).includes(name))) {
      throw wrong(
        name,
        `${method.id} takes ${method.fields.map(each => each.name).join(', ') || 'no values'}${isOAuth ? `; also ${OAUTH_VALUES.join(', ')}` : ''}`,
      );
    }
    if (value !== '') values[field ?? name] = value;
  }
  for (const field of method.fields) {
    if (!field.optional && values[field.name] === undefined) throw wrong(field.name, `${field.label} is missing`);
  }
  for (const part of method.parts) checkPart(part, values);
  return { method, values };
}

/** The field that a person means by a name: it, or the only one there is. */
export function fieldNamed({ fields, parts }: AuthMethod, name: string): string | undefined {
  if (fields.some(field => field.name === name)) return name;
  const secret = fields.filter(field => field.secret);
  const [only] = secret.length === 1 && fields.length === 1 ? secret : [];
  const part = parts.find(each => each.type === 'apiKey' && each.name === name);
  if (part?.type === 'apiKey') return part.field;
  return only && ALIASES.includes(name) ? only.name : undefined;
}

/** Names of the person's own make the parts. */
function custom(method: AuthMethod, given: Readonly<Record<string, string>>): Filled {
  const parts: AuthPart[] = [];
  const fields: AuthField[] = [];
  const values: Record<string, string> = {};
  for (const [name, raw] of Object.entries(given)) {
    const isEnv = method.id === 'environment';
    const [, place = isEnv ? 'env' : 'header', rest = name] =
      (isEnv ? /^(env)[.:](.+)$/i : /^(header|query|cookie)[.:](.+)$/i).exec(name) ?? [];
    const part = { type: 'apiKey', in: place.toLowerCase() as 'header', name: rest, field: name } as const;
    if (!raw.trim()) throw wrong(name, 'it is empty');
    values[name] = raw.trim();
    checkPart(part, values);
    parts.push(part);
    fields.push({ name, label: rest, secret: true });
  }
  if (parts.length === 0) {
    const example = method.id === 'environment' ? '{"API_TOKEN": "…"}' : '{"header.X-Api-Key": "…"}, "query.key" or "cookie.sid"';
    throw wrong('', `name at least one: ${example}`);
  }
  return { method: { ...method, parts, fields }, values };
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.()-]*$/;
/** Headers that belong to the connection itself (RFC 9110, section 7.6.1), or that no credential is. */
const FORBIDDEN = /^(host|connection|content-.*|transfer-encoding|te|upgrade|trailer|keep-alive|expect|cookie)$/i;

function checkPart(part: AuthPart, values: Readonly<Record<string, string>>): void {
  if (part.type === 'oauth2') return;
  const used = part.type === 'basic' ? [part.username, part.password] : [part.field];
  for (const name of used) {
    const value = values[name];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    if (value !== undefined && /[\x00-\x08\x0a-\x1f\x7f]/.test(value)) throw wrong(name, 'it has characters no header may have');
  }
  if (part.type === 'basic' && values[part.username]?.includes(':')) throw wrong(part.username, 'a user name may have no colon (RFC 7617)');
  if (part.type !== 'apiKey') return;
  if (part.in === 'env' && !VARIABLE.test(part.name)) throw wrong(part.field, `"${part.name}" is no name of an environment variable`);
  if (part.in === 'header' && !TOKEN.test(part.name)) throw wrong(part.field, `"${part.name}" is no header name`);
  if (part.in === 'header' && FORBIDDEN.test(part.name)) throw wrong(part.field, `the header ${part.name} cannot be set`);
  if (part.in === 'cookie' && !TOKEN.test(part.name)) throw wrong(part.field, `"${part.name}" is no cookie name`);
}

const wrong = (name: string, why: string) =>
  new FaultError('invalid_arguments', `values${name ? `.${name}` : ''}: ${why}`, {
    details: { path: name ? `/values/${name}` : '/values' },
  });
