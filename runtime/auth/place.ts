import type { AuthMethod } from '../../machines/schema/auth.ts';

/** A credential as it is put on the wire. */
export interface Placed {
  headers: Record<string, string>;
  query: Record<string, string>;
  cookies: Record<string, string>;
  env: Record<string, string>;
}

/** Puts values where the parts of a method want them. `token` is what OAuth brought. */
export function place({ parts }: AuthMethod, values: Readonly<Record<string, string>>, token?: { type: string; value: string }): Placed {
  const placed: Placed = { headers: {}, query: {}, cookies: {}, env: {} };
  for (const part of parts) {
    if (part.type === 'oauth2') {
      // RFC 6750, section 2.1; servers differ in how they write the type they gave out, none of them minds this one.
      if (token) placed.headers.authorization = `${/^bearer$/i.test(token.type) ? 'Bearer' : token.type} ${token.value}`;
    } else if (part.type === 'bearer') {
      const value = values[part.field] ?? '';
      placed.headers.authorization = /^bearer /i.test(value) ? value : `Bearer ${value}`;
    } else if (part.type === 'basic') {
      const pair = `${values[part.username] ?? ''}:${values[part.password] ?? ''}`;
      placed.headers.authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
    } else {
      const value = values[part.field];
      if (value === undefined) continue;
      if (part.in === 'header') placed.headers[part.name.toLowerCase()] = value;
      else if (part.in === 'query') placed.query[part.name] = value;
      else if (part.in === 'cookie') placed.cookies[part.name] = value;
      else placed.env[part.name] = value;
    }
  }
  return placed;
}
