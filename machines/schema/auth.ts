import { type Static, Type } from '@sinclair/typebox';

export const AuthKind = Type.Union([
  Type.Literal('apiKey'),
  Type.Literal('basic'),
  Type.Literal('bearer'),
  Type.Literal('oauth2'),
  Type.Literal('custom'),
  Type.Literal('none'),
]);
export type AuthKind = Static<typeof AuthKind>;

/** What a person fills in to connect. */
export const AuthField = Type.Object({
  name: Type.String(),
  label: Type.String(),
  secret: Type.Boolean(),
  /** True when it may be left empty. */
  optional: Type.Optional(Type.Boolean()),
});
export type AuthField = Static<typeof AuthField>;

/** Where the OAuth endpoints of a source are, as its description or a person says; the rest is discovered. */
export const OAuthHints = Type.Object({
  issuer: Type.Optional(Type.String()),
  /** The protected resource whose metadata names the authorization server (RFC 9728). */
  resource: Type.Optional(Type.String()),
  resourceMetadata: Type.Optional(Type.String()),
  authorizationEndpoint: Type.Optional(Type.String()),
  tokenEndpoint: Type.Optional(Type.String()),
  refreshEndpoint: Type.Optional(Type.String()),
  deviceEndpoint: Type.Optional(Type.String()),
  openIdConnectUrl: Type.Optional(Type.String()),
  /** Every scope the description lists. */
  scopes: Type.Optional(Type.Array(Type.String())),
  /** The scopes a challenge or the operations ask for. */
  wanted: Type.Optional(Type.Array(Type.String())),
});
export type OAuthHints = Static<typeof OAuthHints>;

/** How one field, or two, becomes part of a request. */
export const AuthPart = Type.Union([
  Type.Object({
    type: Type.Literal('apiKey'),
    /** `env`: the environment of a command. */
    in: Type.Union([Type.Literal('header'), Type.Literal('query'), Type.Literal('cookie'), Type.Literal('env')]),
    name: Type.String(),
    field: Type.String(),
  }),
  Type.Object({ type: Type.Literal('bearer'), field: Type.String() }),
  Type.Object({ type: Type.Literal('basic'), username: Type.String(), password: Type.String() }),
  Type.Object({ type: Type.Literal('oauth2'), hints: OAuthHints }),
]);
export type AuthPart = Static<typeof AuthPart>;

/** One way to authenticate: all of its parts together (AND); the methods of a source are alternatives (OR). */
export const AuthMethod = Type.Object({
  id: Type.String(),
  kind: AuthKind,
  label: Type.String(),
  fields: Type.Array(AuthField),
  parts: Type.Array(AuthPart),
});
export type AuthMethod = Static<typeof AuthMethod>;

/** What users see of a method. */
export const AuthMethodView = Type.Object({
  id: Type.String(),
  kind: AuthKind,
  label: Type.String(),
  fields: Type.Array(AuthField),
  /** OAuth: every scope that may be asked for. */
  scopes: Type.Optional(Type.Array(Type.String())),
});
export type AuthMethodView = Static<typeof AuthMethodView>;

/** What a tool's description says of authentication: nothing is needed, it may be given, or it must be; and with which scopes. */
export const ToolAuth = Type.Object({
  needs: Type.Union([Type.Literal('none'), Type.Literal('optional'), Type.Literal('required')]),
  scopes: Type.Optional(Type.Array(Type.String())),
});
export type ToolAuth = Static<typeof ToolAuth>;
