import type { AuthField, AuthKind, AuthMethod, AuthPart, OAuthHints, ToolAuth } from '../../../machines/schema/auth.ts';
import { isObject, type Node, text } from './document.ts';
import type { Operation } from './operation.ts';
import type { Reading } from './refs.ts';
import { absolute } from './servers.ts';

/** More ways to log in than this are not worth choosing among. */
const MOST = 24;

/** One scheme as a part of a method, with what a person fills in for it. */
interface Scheme {
  readonly kind: AuthKind;
  readonly label: string;
  readonly part: (prefix: string) => AuthPart;
  readonly fields: (prefix: string) => AuthField[];
}

/**
 * The ways to authenticate that a document declares: each security requirement (its schemes are needed together) is one method, and
 * schemes that no requirement names are methods of their own (OpenAPI 3.1, "Security Requirement Object"; Swagger 2.0; Discovery).
 */
export function readSecurity(doc: Reading, operations: readonly Operation[], base: string | undefined) {
  const schemes = readSchemes(doc, base);
  const rootSecurity = doc.root.security;
  const known = (requirement: Node) => Object.keys(requirement).every(name => schemes.has(name));
  const methods = new Map<string, AuthMethod>();
  const add = (names: readonly string[]) => {
    const id = names.join('+');
    if (names.length > 0 && !methods.has(id) && methods.size < MOST) methods.set(id, methodOf(id, names, schemes));
  };

  function auth(operation: Operation): ToolAuth | undefined {
    const security = operation.security ?? rootSecurity;
    if (!Array.isArray(security)) return undefined;
    if (security.length === 0) return { needs: 'none' };
    const requirements = security.filter(isObject).filter(known);
    const scopes = new Set<string>();
    for (const requirement of requirements) {
      add(Object.keys(requirement));
      for (const [name, wanted] of Object.entries(requirement)) {
        if (schemes.get(name)?.kind === 'oauth2') for (const scope of strings(wanted)) scopes.add(scope);
      }
    }
    const isRequired = requirements.length > 0 && requirements.every(requirement => Object.keys(requirement).length > 0);
    return { needs: isRequired ? 'required' : 'optional', ...(scopes.size > 0 && { scopes: [...scopes] }) };
  }

  const ofTools = operations.map(auth);
  const named = new Set([...methods.keys()].flatMap(id => id.split('+')));
  for (const name of schemes.keys()) if (!named.has(name)) add([name]);
  return { methods: [...methods.values()], ofTools };
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter(item => typeof item === 'string') : []);

function methodOf(id: string, names: readonly string[], schemes: ReadonlyMap<string, Scheme>): AuthMethod {
  const used = names.map(name => ({ name, scheme: schemes.get(name)! }));
  const kinds = new Set(used.map(({ scheme }) => scheme.kind));
  const prefix = (name: string) => (names.length > 1 ? name : '');
  return {
    id,
    kind: kinds.has('oauth2') ? 'oauth2' : kinds.size === 1 ? used[0]!.scheme.kind : 'custom',
    label: used.map(({ scheme }) => scheme.label).join(' and '),
    fields: used.flatMap(({ name, scheme }) => scheme.fields(prefix(name))),
    parts: used.map(({ name, scheme }) => scheme.part(prefix(name))),
  };
}

function readSchemes(doc: Reading, base: string | undefined): Map<string, Scheme> {
  const components = isObject(doc.root.components) ? doc.root.components : {};
  const declared = components.securitySchemes ?? doc.root.securityDefinitions;
  const schemes = new Map<string, Scheme>();
  for (const [name, raw] of Object.entries(isObject(declared) ? declared : {})) {
    const node = doc.follow(raw);
    const scheme = node && readScheme(node, base);
    if (scheme) schemes.set(name, scheme);
    else doc.warn(`the security scheme ${name} is of a kind that is not supported and was left out`);
  }
  const { auth } = doc.root;
  if (isObject(auth) && isObject(auth.oauth2)) schemes.set('oauth2', oauth('Google OAuth', discoveryHints(auth.oauth2)));
  return schemes;
}

/** Discovery documents are Google's, which names its endpoints nowhere in them. */
const discoveryHints = (oauth2: Node): OAuthHints => ({
  issuer: 'https://accounts.google.com',
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  ...(isObject(oauth2.scopes) && { scopes: Object.keys(oauth2.scopes) }),
});

function readScheme(node: Node, base: string | undefined): Scheme | undefined {
  const type = String(node.type).toLowerCase();
  if (type === 'apikey') return apiKey(node);
  if (type === 'basic') return basic;
  if (type === 'http') return http(String(node.scheme ?? '').toLowerCase());
  if (type === 'openidconnect') {
    const url = absolute(text(node.openIdConnectUrl) ?? '', base);
    return url === undefined ? undefined : oauth('OpenID Connect', { openIdConnectUrl: url });
  }
  if (type === 'oauth2') return oauth('OAuth', oauthHints(node, base));
  return undefined;
}

function apiKey(node: Node): Scheme | undefined {
  const name = text(node.name);
  const place = String(node.in).toLowerCase();
  if (!name || (place !== 'header' && place !== 'query' && place !== 'cookie')) return undefined;
  const field = (prefix: string) => prefix || 'apiKey';
  return {
    kind: 'apiKey',
    label: `API key (${place} ${name})`,
    part: prefix => ({ type: 'apiKey', in: place, name, field: field(prefix) }),
    fields: prefix => [{ name: field(prefix), label: name, secret: true }],
  };
}

const bearer: Scheme = {
  kind: 'bearer',
  label: 'Bearer token',
  part: prefix => ({ type: 'bearer', field: prefix || 'token' }),
  fields: prefix => [{ name: prefix || 'token', label: 'Token', secret: true }],
};

const inside = (prefix: string, name: string) => (prefix ? `${prefix}.${name}` : name);

const basic: Scheme = {
  kind: 'basic',
  label: 'User name and password',
  part: prefix => ({ type: 'basic', username: inside(prefix, 'username'), password: inside(prefix, 'password') }),
  fields: prefix => [
    { name: inside(prefix, 'username'), label: 'User name', secret: false },
    { name: inside(prefix, 'password'), label: 'Password', secret: true, optional: true },
  ],
};

/** Schemes without support of their own take the whole header, as the person has it. */
function http(scheme: string): Scheme | undefined {
  if (scheme === 'bearer') return bearer;
  if (scheme === 'basic') return basic;
  if (scheme === '' || scheme === 'digest' || scheme === 'negotiate' || scheme === 'mutual' || scheme === 'hoba') return undefined;
  return apiKey({ name: 'Authorization', in: 'header' });
}

function oauth(label: string, hints: OAuthHints): Scheme {
  return {
    kind: 'oauth2',
    label,
    part: () => ({ type: 'oauth2', hints }),
    fields: prefix => [
      { name: inside(prefix, 'clientId'), label: 'Client ID', secret: false, optional: true },
      { name: inside(prefix, 'clientSecret'), label: 'Client secret', secret: true, optional: true },
    ],
  };
}

/** The flows of a scheme as one set of endpoints; relative addresses are relative to the API (OpenAPI 3.1, "OAuth Flow Object"). */
function oauthHints(node: Node, base: string | undefined): OAuthHints {
  const flows = isObject(node.flows) ? Object.values(node.flows).filter(isObject) : [node];
  const url = (name: string) => {
    const found = flows.map(flow => text(flow[name])).find(value => value !== undefined);
    return found === undefined ? undefined : absolute(found, base);
  };
  const scopes = [...new Set(flows.flatMap(flow => (isObject(flow.scopes) ? Object.keys(flow.scopes) : [])))];
  const [authorizationEndpoint, tokenEndpoint, refreshEndpoint, deviceEndpoint] = [
    url('authorizationUrl'),
    url('tokenUrl'),
    url('refreshUrl'),
    url('deviceAuthorizationUrl'),
  ];
  return {
    ...(authorizationEndpoint && { authorizationEndpoint }),
    ...(tokenEndpoint && { tokenEndpoint }),
    ...(refreshEndpoint && { refreshEndpoint }),
    ...(deviceEndpoint && { deviceEndpoint }),
    ...(scopes.length > 0 && { scopes }),
  };
}
