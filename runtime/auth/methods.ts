import type { AuthMethod, AuthMethodView, OAuthHints } from '../../machines/schema/auth.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import type { SourceContext } from '../../machines/schema/source.ts';

const BEARER: AuthMethod = {
  id: 'bearer',
  kind: 'bearer',
  label: 'Bearer token',
  fields: [{ name: 'token', label: 'Token', secret: true }],
  parts: [{ type: 'bearer', field: 'token' }],
};

const BASIC: AuthMethod = {
  id: 'basic',
  kind: 'basic',
  label: 'User name and password',
  fields: [
    { name: 'username', label: 'User name', secret: false },
    { name: 'password', label: 'Password', secret: true, optional: true },
  ],
  parts: [{ type: 'basic', username: 'username', password: 'password' }],
};

/** Any names of the person's choosing: `header.X-Key`, `query.key`, `cookie.sid`. */
const CUSTOM: AuthMethod = {
  id: 'custom',
  kind: 'custom',
  label: 'Other headers, query parameters or cookies',
  fields: [],
  parts: [],
};

/** A command is given its secrets in its environment: variables of the person's choosing. */
const ENVIRONMENT: AuthMethod = { id: 'environment', kind: 'custom', label: 'Environment variables', fields: [], parts: [] };

const NONE: AuthMethod = { id: 'none', kind: 'none', label: 'No credential', fields: [], parts: [] };

const oauth = (hints: OAuthHints): AuthMethod => ({
  id: 'oauth2',
  kind: 'oauth2',
  label: 'OAuth',
  fields: [
    { name: 'clientId', label: 'Client ID', secret: false, optional: true },
    { name: 'clientSecret', label: 'Client secret', secret: true, optional: true },
  ],
  parts: [{ type: 'oauth2', hints }],
});

/**
 * The ways to connect a source: what its description declares, first; else what its server asked for, then what any server may take.
 * `none`, calling without a credential, can always be chosen.
 */
export function methodsOf(source: SourceContext): AuthMethod[] {
  if ('command' in source.origin) return [ENVIRONMENT, NONE];
  const declared = source.catalogued?.auth ?? [];
  const challenged = source.challenge ? [oauth(source.challenge)] : [];
  const general = declared.length > 0 ? [] : [...(challenged.length > 0 ? [] : [oauth(hintsOf(source))]), BEARER, BASIC];
  const first = source.kind === 'mcp' ? [...challenged, ...declared, ...general] : [...declared, ...challenged, ...sorted(source, general)];
  const ids = new Set<string>();
  return [...first, CUSTOM, NONE].filter(({ id }) => !ids.has(id) && ids.add(id));
}

/** An MCP server is expected to speak OAuth; of any other a token is more likely. */
const sorted = ({ kind }: SourceContext, methods: AuthMethod[]) =>
  kind === 'mcp' ? methods : [...methods.filter(method => method.kind !== 'oauth2'), ...methods.filter(method => method.kind === 'oauth2')];

/** What discovery can start from when nobody said anything: the address of the API itself. */
function hintsOf({ origin, baseUrl, catalogued, documentUrl, kind }: SourceContext): OAuthHints {
  const own = 'url' in origin ? origin.url : undefined;
  const resource = kind === 'openapi' ? (baseUrl ?? catalogued?.baseUrl ?? documentUrl ?? own) : (own ?? baseUrl ?? catalogued?.baseUrl);
  return resource === undefined ? {} : { resource };
}

export const methodView = ({ id, kind, label, fields, parts }: AuthMethod): AuthMethodView => {
  const scopes = parts.flatMap(part => (part.type === 'oauth2' ? (part.hints.scopes ?? []) : []));
  return { id, kind, label, fields, ...(scopes.length > 0 && { scopes }) };
};

/**
 * The method a person means: by its id, or by its kind where only one is of it; the first where nothing was said.
 * @throws FaultError invalid_arguments listing what there is
 */
export function chooseMethod(source: SourceContext, wanted: string | undefined): AuthMethod {
  const methods = methodsOf(source);
  if (wanted === undefined) return methods[0]!;
  const found =
    methods.find(({ id }) => id === wanted) ??
    methods.find(({ kind }) => kind === wanted) ??
    ('command' in source.origin ? undefined : { bearer: BEARER, basic: BASIC, oauth2: oauth(hintsOf(source)), apiKey: CUSTOM }[wanted]);
  if (found) return found;
  const known = methods.map(({ id }) => id);
  throw new FaultError('invalid_arguments', `method: ${source.namespace} has no method "${wanted}"; it has ${known.join(', ')}`, {
    details: { path: '/method', methods: known },
  });
}
