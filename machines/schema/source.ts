import { type Static, Type } from '@sinclair/typebox';
import { AuthMethod, AuthMethodView, OAuthHints } from './auth.ts';
import { Fault } from './fault.ts';
import { Clearable, Reference, Stored } from './reference.ts';

/** What can be added; the one source that is built in is there already. */
export const AddableKind = Type.Union([Type.Literal('openapi'), Type.Literal('graphql'), Type.Literal('mcp')]);
export type AddableKind = Static<typeof AddableKind>;

export const SourceKind = Type.Union([...AddableKind.anyOf, Type.Literal('builtin')]);
export type SourceKind = Static<typeof SourceKind>;

export const SourceState = Type.Union([
  Type.Literal('detecting'),
  Type.Literal('authenticating'),
  Type.Literal('indexing'),
  Type.Literal('ready'),
  Type.Literal('refreshing'),
  Type.Literal('failed'),
  Type.Literal('removed'),
]);
export type SourceState = Static<typeof SourceState>;

/** A namespace is the first segment of every path of its tools, so it must be usable in code: `tools.github…`. */
export const NAMESPACE = '^[a-z][a-zA-Z0-9_-]{0,62}$';

/** What a person asks for (`POST /api/sources`). `spec` is a URL, a JSON or YAML text, or an object. */
export const SourceInput = Type.Object(
  {
    url: Type.Optional(Type.String({ minLength: 1 })),
    spec: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Record(Type.String(), Type.Unknown())])),
    kind: Type.Optional(AddableKind),
    namespace: Type.Optional(Type.String({ pattern: NAMESPACE })),
    baseUrl: Type.Optional(Type.String({ minLength: 1 })),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    allowPrivate: Type.Optional(Type.Boolean()),
    /** A program that speaks MCP on its standard streams. It is started as it stands here: no shell reads it. */
    command: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    args: Type.Optional(Type.Array(Type.String({ maxLength: 32_768 }), { maxItems: 256 })),
    /** Variables it is given beside the few that every program gets. Sealed at once; only their names are shown again. */
    env: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Where it runs; the home directory unless told. */
    cwd: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);
export type SourceInput = Static<typeof SourceInput>;

/** What may be changed of a source (`PATCH /api/sources/:ns`). */
export const SourcePatch = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    baseUrl: Type.Optional(Type.String({ minLength: 1 })),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    allowPrivate: Type.Optional(Type.Boolean()),
    /** Patterns of tools whose writes may be sent again when nobody knows whether they happened. */
    idempotent: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    /** Whether what the server says of its own tools is believed: its reads are reads then. */
    trusted: Type.Optional(Type.Boolean()),
    /** Replaces the environment of a command. */
    env: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Patterns of held tools that may run from now on. */
    accept: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  },
  { additionalProperties: false },
);
export type SourcePatch = Static<typeof SourcePatch>;

/** Where the description comes from: fetched again on refresh, kept as it was given, or asked of a program that is started. */
export const Origin = Type.Union([
  Type.Object({ url: Type.String() }),
  Type.Object({ document: Reference }),
  Type.Object({ command: Type.String(), args: Type.Array(Type.String()), cwd: Type.Optional(Type.String()) }),
]);
export type Origin = Static<typeof Origin>;

/** What tells a later fetch whether the document has changed since (RFC 9110, section 8.8). */
export const Validators = Type.Object({ etag: Type.Optional(Type.String()), lastModified: Type.Optional(Type.String()) });
export type Validators = Static<typeof Validators>;

/** What a fetch of the description brought. */
export const Detected = Type.Object({
  kind: SourceKind,
  name: Type.String(),
  document: Reference,
  url: Type.Optional(Type.String()),
  /** The URL is where the API itself answers, not where a document lies. */
  endpoint: Type.Optional(Type.Boolean()),
  validators: Type.Optional(Validators),
});
export type Detected = Static<typeof Detected>;

export const ImportReport = Type.Object({
  operations: Type.Integer(),
  tools: Type.Integer(),
  bodiesDeclared: Type.Integer(),
  bodiesSendable: Type.Integer(),
  /** What the description has and nobody can call, with the reason. */
  unsupported: Type.Optional(Type.Array(Type.Object({ operation: Type.String(), reason: Type.String() }))),
});
export type ImportReport = Static<typeof ImportReport>;

export const Diff = Type.Object({
  added: Type.Array(Type.String()),
  changed: Type.Array(Type.String()),
  removed: Type.Array(Type.String()),
  held: Type.Array(Type.String()),
});
export type Diff = Static<typeof Diff>;

/** What indexing brought: the rows are in the catalog under `revision`, this is what the actor keeps. */
export const Catalogued = Type.Object({
  revision: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  toolCount: Type.Integer(),
  baseUrl: Type.Optional(Type.String()),
  /** Every origin a tool of this revision may be sent to. */
  origins: Type.Array(Type.String()),
  warnings: Type.Array(Type.String()),
  report: ImportReport,
  /** What it added, changed and removed beside the revision before it. */
  diff: Stored,
  /** The ways to authenticate that the description declares. */
  auth: Type.Optional(Type.Array(AuthMethod)),
  /** The further documents it refers to: sha256 by address. */
  externals: Type.Optional(Type.Record(Type.String(), Type.String())),
});
export type Catalogued = Static<typeof Catalogued>;

/** The source machine's context: exactly what is written to disk. */
export const SourceContext = Type.Object({
  namespace: Type.String(),
  /** sha256 of the request that added it, so that the same request again is no conflict. */
  requestHash: Type.String(),
  origin: Origin,
  kind: Type.Optional(SourceKind),
  wantedKind: Type.Optional(AddableKind),
  name: Type.String(),
  /** What a person calls it: a refresh never takes that back. */
  givenName: Type.Optional(Type.String()),
  baseUrl: Type.Optional(Type.String()),
  /** A handle to the sealed static headers; their names are no secret. */
  headers: Type.Optional(Type.Object({ secret: Type.String(), names: Type.Array(Type.String()) })),
  /** A handle to the sealed environment of a command; its names are no secret. */
  env: Type.Optional(Type.Object({ secret: Type.String(), names: Type.Array(Type.String()) })),
  /** The owner believes what the server says of its own tools. */
  trusted: Type.Optional(Type.Boolean()),
  allowPrivate: Type.Boolean(),
  /** Patterns of tools whose writes the owner says may be sent again. */
  idempotent: Type.Optional(Type.Array(Type.String())),
  addedAt: Type.String(),
  document: Type.Optional(Reference),
  documentUrl: Type.Optional(Type.String()),
  /** The description is asked of the API itself, at `documentUrl`. */
  endpoint: Clearable(Type.Boolean()),
  validators: Clearable(Validators),
  /** When the description is to be fetched again. */
  refreshAt: Clearable(Type.String()),
  /** Tools that a refresh brought or widened, and that wait for the owner's review. */
  held: Type.Optional(Type.Array(Type.String())),
  /** What a server that wanted a credential said of where to get one. */
  challenge: Clearable(OAuthHints),
  /** Origins recorded when a person added the source: credentials go nowhere else (CONTRACT, section 3). */
  origins: Type.Array(Type.String()),
  catalogued: Type.Optional(Catalogued),
  fault: Clearable(Fault),
  stale: Clearable(Type.Boolean()),
  /** How often in a row fetching the description has failed. */
  failures: Clearable(Type.Integer()),
  refreshedAt: Type.Optional(Type.String()),
});
export type SourceContext = Static<typeof SourceContext>;

/** What users see of a source. */
export const SourceView = Type.Object({
  namespace: Type.String(),
  kind: Type.Union([SourceKind, Type.Null()]),
  name: Type.String(),
  state: SourceState,
  toolCount: Type.Integer(),
  revision: Type.Integer(),
  baseUrl: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  headers: Type.Optional(Type.Array(Type.String())),
  command: Type.Optional(Type.String()),
  args: Type.Optional(Type.Array(Type.String())),
  cwd: Type.Optional(Type.String()),
  /** Names only. */
  env: Type.Optional(Type.Array(Type.String())),
  trusted: Type.Optional(Type.Boolean()),
  allowPrivate: Type.Boolean(),
  idempotent: Type.Optional(Type.Array(Type.String())),
  error: Type.Optional(Fault),
  warnings: Type.Optional(Type.Array(Type.String())),
  report: Type.Optional(ImportReport),
  progress: Type.Optional(Type.Object({ done: Type.Integer(), total: Type.Integer() })),
  stale: Type.Optional(Type.Boolean()),
  /** Its API could not be reached so often in a row; reads fail at once until then. */
  outage: Type.Optional(Type.Object({ failures: Type.Integer(), until: Type.String(), message: Type.String() })),
  held: Type.Optional(Type.Array(Type.String())),
  /** The ways to connect. */
  authMethods: Type.Optional(Type.Array(AuthMethodView)),
  addedAt: Type.String(),
  refreshedAt: Type.Optional(Type.String()),
  refreshAt: Type.Optional(Type.String()),
});
export type SourceView = Static<typeof SourceView>;

/** What an API wants before it describes itself. */
export const WantedAuth = Type.Object({
  required: Type.Boolean(),
  /** Schemes as the API names them (RFC 9110, section 11.6.1), such as `bearer` or `basic`. */
  schemes: Type.Array(Type.String()),
  /** Where a protected resource's metadata is (RFC 9728), and the scopes it names. */
  resourceMetadata: Type.Optional(Type.String()),
  scopes: Type.Optional(Type.Array(Type.String())),
});
export type WantedAuth = Static<typeof WantedAuth>;

/** An answer of detection (`POST /api/detect`). */
export const Candidate = Type.Object({
  kind: AddableKind,
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  name: Type.String(),
  namespace: Type.String(),
  baseUrl: Type.Optional(Type.String()),
  /** It needs a `baseUrl` to be called: the document does not say where the API answers. */
  needsBaseUrl: Type.Optional(Type.Boolean()),
  auth: Type.Optional(WantedAuth),
});
export type Candidate = Static<typeof Candidate>;
