import { type Static, Type } from '@sinclair/typebox';
import { AuthKind, AuthMethod } from './auth.ts';
import { Fault } from './fault.ts';
import { Clearable } from './reference.ts';
import { NAMESPACE } from './source.ts';

export const ConnectionState = Type.Union([
  Type.Literal('disconnected'),
  Type.Literal('authorizing'),
  Type.Literal('awaitingConsent'),
  Type.Literal('connected'),
  Type.Literal('refreshing'),
  Type.Literal('expired'),
  Type.Literal('failed'),
]);
export type ConnectionState = Static<typeof ConnectionState>;

/** A connection's name: it is used in addresses (`github/work`) and on command lines. */
export const CONNECTION_NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$';

/** What a person asks for (`POST /api/connections`). A value may be `env:NAME` or `op://vault/item/field`: it is then looked up at each use. */
export const ConnectionInput = Type.Object(
  {
    source: Type.String({ pattern: NAMESPACE }),
    name: Type.Optional(Type.String({ pattern: CONNECTION_NAME })),
    method: Type.Optional(Type.String({ minLength: 1 })),
    values: Type.Optional(Type.Record(Type.String(), Type.String())),
    scopes: Type.Optional(Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$' }))),
    /** The connection that is used when a call names none. */
    default: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ConnectionInput = Static<typeof ConnectionInput>;

/** An OAuth grant but for its secrets: what is needed to refresh, to ask for more, and to revoke. */
export const Grant = Type.Object({
  issuer: Type.String(),
  /** True when the issuer is only the origin of an endpoint. */
  issuerUnknown: Type.Optional(Type.Boolean()),
  clientId: Type.String(),
  /** How the client came about: given by a person, a metadata document, or registered by us. */
  client: Type.Union([Type.Literal('manual'), Type.Literal('document'), Type.Literal('registered')]),
  tokenAuth: Type.String(),
  tokenEndpoint: Type.String(),
  authorizationEndpoint: Type.Optional(Type.String()),
  refreshEndpoint: Type.Optional(Type.String()),
  revocationEndpoint: Type.Optional(Type.String()),
  userinfoEndpoint: Type.Optional(Type.String()),
  deviceEndpoint: Type.Optional(Type.String()),
  /** True when the server says it puts `iss` into its answers (RFC 9207). */
  saysIssuer: Type.Optional(Type.Boolean()),
  redirectUri: Type.Optional(Type.String()),
  /** The resource indicator that is sent (RFC 8707), if one is. */
  resource: Type.Optional(Type.String()),
  scopes: Type.Array(Type.String()),
  via: Type.Union([Type.Literal('code'), Type.Literal('device'), Type.Literal('client')]),
});
export type Grant = Static<typeof Grant>;

/** A login that is under way. Its state, verifier, code and link are sealed under `secret`. */
export const Flow = Type.Object({
  via: Grant.properties.via,
  secret: Type.String(),
  /** sha256 of the state parameter: what comes back is found by it. */
  stateHash: Type.Optional(Type.String()),
  grant: Grant,
  startedAt: Type.String(),
  expiresAt: Type.String(),
  /** Device flow: what the person types in, and where. */
  userCode: Type.Optional(Type.String()),
  verificationUri: Type.Optional(Type.String()),
});
export type Flow = Static<typeof Flow>;

/** The connection machine's context: exactly what is written to disk. Secrets are handles. */
export const ConnectionContext = Type.Object({
  source: Type.String(),
  name: Type.String(),
  isDefault: Type.Boolean(),
  createdAt: Type.String(),
  method: AuthMethod,
  /** A handle to the sealed credential; absent when there is none, or none is needed. */
  secret: Clearable(Type.String()),
  grant: Clearable(Grant),
  flow: Clearable(Flow),
  /** Hashes of the states of ended logins, the newest last: a link that is opened again is told apart from one that never was. */
  used: Type.Optional(Type.Array(Type.String())),
  connectedAt: Clearable(Type.String()),
  expiresAt: Clearable(Type.String()),
  /** When the token is to be refreshed ahead of its end. */
  refreshAt: Clearable(Type.String()),
  canRefresh: Type.Optional(Type.Boolean()),
  identity: Clearable(Type.String()),
  checkedAt: Clearable(Type.String()),
  /** Scopes an upstream asked for that the grant does not have. */
  missing: Clearable(Type.Array(Type.String())),
  fault: Clearable(Fault),
});
export type ConnectionContext = Static<typeof ConnectionContext>;

/** What users see of a connection (CONTRACT, section 4). */
export const ConnectionView = Type.Object({
  source: Type.String(),
  name: Type.String(),
  method: Type.String(),
  kind: AuthKind,
  state: ConnectionState,
  default: Type.Boolean(),
  identity: Type.Optional(Type.String()),
  expiresAt: Type.Optional(Type.String()),
  error: Type.Optional(Fault),
  authorizeUrl: Type.Optional(Type.String()),
  /** When the link, or the code of a device, ends. */
  linkExpiresAt: Type.Optional(Type.String()),
  userCode: Type.Optional(Type.String()),
  verificationUri: Type.Optional(Type.String()),
  scopes: Type.Optional(Type.Array(Type.String())),
  missingScopes: Type.Optional(Type.Array(Type.String())),
  issuer: Type.Optional(Type.String()),
  createdAt: Type.String(),
  connectedAt: Type.Optional(Type.String()),
  checkedAt: Type.Optional(Type.String()),
});
export type ConnectionView = Static<typeof ConnectionView>;
