import type { ToolAuth } from '../machines/schema/auth.ts';
import type { LoginNeed } from '../machines/schema/call.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import { type Challenge, readChallenge } from './auth/challenge.ts';
import { methodsOf } from './auth/methods.ts';
import { place } from './auth/place.ts';
import type { References } from './auth/references.ts';
import { hashOf } from './canonical.ts';
import type { Credential } from './kinds/calling.ts';
import { connectionId, type KnownConnection, type KnownConnections } from './known-connections.ts';
import { secretsInEnv, secretsInHeaders } from './secret-values.ts';
import type { Vault } from './vault.ts';

/** What is sealed of a connection: what was typed in, and what OAuth brought. */
export interface SealedCredential {
  values: Record<string, string>;
  token?: { type: string; access: string; refresh?: string };
}

/** A credential as it joins a request at the last hop. */
export interface Held {
  /** `github/work`; absent when only the source's static headers are sent, or nothing. */
  readonly id?: string;
  /** Changes with every new secret, so that a rejected one can be told from its successor. */
  readonly version?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
  /** What a command is given in its environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Everything in it that must not be shown. */
  readonly secrets: readonly string[];
}

/** The same for a kind that has sessions: its id stays as it is when a token is renewed. */
export function sessionCredential({ id, version, headers, cookies, env, secrets }: Held): Credential {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  const all = { ...headers, ...(cookie.length > 0 && { cookie: cookie.join('; ') }) };
  // A process cannot be given another environment: with a new secret it is another one.
  const own = env && id !== undefined && version !== undefined ? `${id}@${version}` : id;
  return { id: own ?? hashOf({ headers: all, env: env ?? null }), headers: () => all, env: () => env, secrets };
}

/** With what a call would be made, and what it has to wait for first. */
export interface Standing {
  connection?: string;
  login?: LoginNeed;
}

/** What is to be done about an answer that refuses the credential: try again with the new one, or wait for a login. */
export type Rejection = 'again' | LoginNeed | undefined;

export interface Credentials {
  /**
   * With which connection a call is made; in memory, nothing is waited for.
   * @throws FaultError invalid_arguments for a connection the source does not have
   */
  standing(source: SourceContext, auth?: ToolAuth, wanted?: string): Standing;
  /**
   * The credential itself: refreshed when it is about to end, references looked up, the source's static headers in it.
   * @throws FaultError login_required when there is none that works, upstream_unreachable when a refresh does not come through
   */
  of(source: SourceContext, wanted?: string, auth?: ToolAuth): Promise<Held>;
  /** Told of a 401 or 403: says whether to try again at once, or whom to wait for; undefined when the answer is the tool's own. */
  rejected(
    source: SourceContext,
    credential: Held,
    response: { status: number; headers: Readonly<Record<string, string>> },
    options: { auth?: ToolAuth | undefined; wanted?: string | undefined; tried: boolean },
  ): Promise<Rejection>;
}

/** A token that ends within this time is refreshed before it is used. */
const LEEWAY_MS = 20_000;

export const isUsable = ({ context }: KnownConnection): boolean => context.connectedAt !== undefined;

export function createCredentials(parts: {
  known: KnownConnections;
  vault: Vault;
  references: References;
  headersOf: (source: SourceContext) => Record<string, string> | undefined;
  envOf: (source: SourceContext) => Record<string, string> | undefined;
  /** Sees to a refresh, once for everybody who asks, and resolves with what came of it. */
  refresh: (id: string) => Promise<KnownConnection | undefined>;
  reject: (id: string, message: string, missing?: string[]) => Promise<void>;
  challenged: (source: SourceContext, challenge: Challenge) => void;
  now: () => Date;
}): Credentials {
  const { known, vault, references, headersOf, envOf, refresh, reject, challenged, now } = parts;

  const find = ({ namespace }: SourceContext, wanted: string | undefined) =>
    wanted === undefined ? known.default(namespace) : known.get(connectionId(namespace, wanted));

  function standing(source: SourceContext, auth?: ToolAuth, wanted?: string): Standing {
    const connection = find(source, wanted);
    if (!connection) {
      const names = known.of(source.namespace).map(({ context }) => context.name);
      if (wanted !== undefined && names.length > 0) {
        throw new FaultError(
          'invalid_arguments',
          `connection: ${source.namespace} has no connection "${wanted}"; it has ${names.join(', ')}`,
          {
            details: { path: '/connection', connections: names },
          },
        );
      }
      if (wanted !== undefined || (auth?.needs === 'required' && !headersSuffice(source))) return { login: needOf(source, wanted) };
      return {};
    }
    const { name } = connection.context;
    if (auth?.needs === 'none' || isUsable(connection)) return { connection: name };
    return { connection: name, login: needOf(source, name, connection) };
  }

  async function of(source: SourceContext, wanted?: string, auth?: ToolAuth): Promise<Held> {
    const fixed = headersOf(source) ?? {};
    const given = envOf(source);
    const env = given && (await references.resolve(given));
    const base = {
      headers: fixed,
      query: {},
      cookies: {},
      ...(env && { env }),
      secrets: [...secretsInHeaders(fixed), ...secretsInEnv(env)],
    };
    const found = find(source, wanted);
    if (!found || auth?.needs === 'none') {
      if (!found && wanted !== undefined) throw loginRequired(needOf(source, wanted));
      return base;
    }
    const connection = await fresh(found);
    const { context, id } = connection;
    if (!isUsable(connection)) throw loginRequired(needOf(source, context.name, connection));
    if (context.secret === undefined) return { ...base, id };
    const { values, token } = vault.open<SealedCredential>(context.secret);
    const resolved = await references.resolve(values);
    const { headers, query, cookies, env: variables } = place(context.method, resolved, token && { type: token.type, value: token.access });
    const open = new Set(context.method.fields.filter(field => !field.secret).map(({ name }) => name));
    const secrets = [
      ...base.secrets,
      ...Object.values(headers),
      ...Object.values(query),
      ...Object.values(cookies),
      ...Object.values(variables),
      ...Object.entries(resolved).flatMap(([name, value]) => (open.has(name) ? [] : [value])),
      ...(token ? [token.access, ...(token.refresh ? [token.refresh] : [])] : []),
    ];
    const environment = Object.keys(variables).length > 0 ? { ...env, ...variables } : env;
    return {
      id,
      version: context.secret,
      headers: { ...lowered(fixed), ...headers },
      query,
      cookies,
      ...(environment && { env: environment }),
      secrets,
    };
  }

  /** The connection with a token that still lasts a while, as far as that can be had. */
  async function fresh(connection: KnownConnection): Promise<KnownConnection> {
    const ends = (each: KnownConnection) => (each.context.expiresAt ? Date.parse(each.context.expiresAt) : Number.POSITIVE_INFINITY);
    if (ends(connection) - now().getTime() > LEEWAY_MS) return connection;
    if (!connection.context.canRefresh) return connection;
    const renewed = (await refresh(connection.id)) ?? connection;
    if (isUsable(renewed) && ends(renewed) <= now().getTime()) {
      const why = renewed.context.fault?.message ?? 'no answer';
      throw new FaultError('upstream_unreachable', `the token of ${renewed.id} has ended and could not be refreshed yet: ${why}`, {
        details: { sent: false, connection: renewed.id },
      });
    }
    return renewed;
  }

  async function rejected(
    ...[source, credential, response, { auth, wanted, tried }]: Parameters<Credentials['rejected']>
  ): Promise<Rejection> {
    if (response.status !== 401 && response.status !== 403) return undefined;
    const challenge = readChallenge(response.headers['www-authenticate']);
    const isShort = challenge?.error === 'insufficient_scope';
    if (response.status === 403 && !isShort) return undefined;
    if (challenge) challenged(source, challenge);
    const connection = credential.id === undefined ? undefined : known.get(credential.id);
    if (!connection) {
      const isAsked = challenge !== undefined || auth?.needs === 'required' || Object.keys(credential.headers).length > 0;
      return isAsked && auth?.needs !== 'none' ? needOf(source, wanted) : undefined;
    }
    const { context, id } = connection;
    if (context.method.kind === 'none') return undefined;
    if (isShort) {
      const missing = (challenge.scopes ?? []).filter(scope => !context.grant?.scopes.includes(scope));
      const lacking = missing.length > 0 ? missing : (challenge.scopes ?? []);
      await reject(id, `${source.namespace} asks for more than was granted: ${lacking.join(', ') || 'it does not say what'}`, lacking);
      return { ...needOf(source, context.name, known.get(id)), missing: lacking };
    }
    if (!tried && context.secret !== undefined && context.secret !== credential.version) return 'again';
    if (!tried && context.canRefresh) {
      const renewed = await refresh(id);
      if (renewed && isUsable(renewed)) {
        if (renewed.context.secret !== credential.version) return 'again';
        const why = renewed.context.fault?.message ?? 'no answer';
        throw new FaultError(
          'upstream_unreachable',
          `${source.namespace} no longer takes the token of ${id}, and it could not be refreshed yet: ${why}`,
          {
            details: { sent: false, connection: id },
          },
        );
      }
    }
    if (context.secret !== undefined) references.forget(vault.open<SealedCredential>(context.secret).values);
    await reject(id, `${source.namespace} does not take this credential (it answered 401)`);
    return needOf(source, context.name, known.get(id));
  }

  return { standing, of, rejected };
}

/** A source whose static headers carry a credential needs no other. */
function headersSuffice(source: SourceContext): boolean {
  const names = new Set((source.headers?.names ?? []).map(name => name.toLowerCase()));
  const wanted = methodsOf(source).flatMap(({ parts }) => parts.flatMap(part => (part.type === 'apiKey' ? [part.name.toLowerCase()] : [])));
  return ['authorization', 'cookie', ...wanted].some(name => names.has(name));
}

function needOf({ namespace }: SourceContext, connection: string | undefined, known?: KnownConnection): LoginNeed {
  const named = connection !== undefined && connection !== 'default' ? ` --name ${connection}` : '';
  const missing = known?.context.missing;
  const why = known
    ? missing && missing.length > 0
      ? `the connection ${known.id} lacks the scopes ${missing.join(', ')}`
      : `the connection ${known.id} ${known.context.fault ? `does not work: ${known.context.fault.message}` : `is ${known.state}`}`
    : `${namespace} needs a credential`;
  return {
    source: namespace,
    ...(connection !== undefined && { connection }),
    message: `Log in to ${namespace}: ${why}. Open the link, or run: executor connect ${namespace}${named}`,
    ...(missing && missing.length > 0 && { missing }),
  };
}

export const loginRequired = (need: LoginNeed): FaultError =>
  new FaultError('login_required', need.message, {
    details: {
      source: need.source,
      sent: false,
      ...(need.connection && { connection: need.connection }),
      ...(need.missing && { missing: need.missing }),
    },
  });

const lowered = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
