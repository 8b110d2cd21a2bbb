import { type Static, Type } from '@sinclair/typebox';
import { CONNECTION_NAME, ConnectionInput } from './connection.ts';
import { Rule } from './policy.ts';
import { SettingsPatch } from './settings.ts';
import { AddableKind, NAMESPACE } from './source.ts';

/** Values that are secrets: `env:NAME` is read where the file is applied; null is the value that is stored already. */
const Secrets = Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]));

/** One source as a file says it. */
export const SourceConfig = Type.Object(
  {
    url: Type.Optional(Type.String({ minLength: 1, description: 'Where the description, the endpoint or the server is' })),
    spec: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Record(Type.String(), Type.Unknown())], {
        description: 'The description itself: its text, or its object',
      }),
    ),
    kind: Type.Optional(AddableKind),
    name: Type.Optional(Type.String({ minLength: 1, description: 'What people call it' })),
    baseUrl: Type.Optional(Type.String({ minLength: 1, description: 'Replaces the server of the description' })),
    headers: Type.Optional(Secrets),
    allowPrivate: Type.Optional(Type.Boolean({ description: 'It may be on this machine or network' })),
    idempotent: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Patterns of tools that may be repeated' })),
    trusted: Type.Optional(Type.Boolean({ description: 'What the server says of its own tools is believed' })),
    command: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description: 'A program that speaks MCP; no shell reads it' })),
    args: Type.Optional(Type.Array(Type.String({ maxLength: 32_768 }), { maxItems: 256 })),
    env: Type.Optional(Secrets),
    cwd: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
);
export type SourceConfig = Static<typeof SourceConfig>;

/** A connection is called `<namespace>/<name>`. */
const CONNECTION = `${NAMESPACE.slice(0, -1)}/${CONNECTION_NAME.slice(1)}`;

/** One connection as a file says it: where its secrets are, never what they are. */
export const ConnectionConfig = Type.Object(
  {
    method: Type.Optional(Type.String({ minLength: 1, description: 'One of the ways its source says it can be logged in to' })),
    values: Type.Optional(Secrets),
    scopes: ConnectionInput.properties.scopes,
    default: Type.Optional(Type.Boolean({ description: 'It is used when a call names none' })),
  },
  { additionalProperties: false },
);
export type ConnectionConfig = Static<typeof ConnectionConfig>;

/** `executor.json`: what is set up, without secrets. What a file does not speak of is left alone. */
export const Config = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    sources: Type.Optional(
      Type.Record(Type.String({ pattern: NAMESPACE }), SourceConfig, { description: 'By namespace', additionalProperties: false }),
    ),
    connections: Type.Optional(
      Type.Record(Type.String({ pattern: CONNECTION }), ConnectionConfig, {
        description: 'By namespace and name, as "github/work"',
        additionalProperties: false,
      }),
    ),
    policies: Type.Optional(Type.Array(Rule)),
    settings: Type.Optional(SettingsPatch),
  },
  { $id: 'executor.schema.json', title: 'executor configuration', additionalProperties: false },
);
export type Config = Static<typeof Config>;

/** What a person sends to `POST /api/config` and `/api/config/plan`. */
export const ConfigRequest = Type.Object(
  {
    config: Config,
    /** Also remove what is there and not in the file. */
    prune: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ConfigRequest = Static<typeof ConfigRequest>;

/** One thing that applying a file does. */
export const ConfigChange = Type.Object({
  op: Type.Union([Type.Literal('add'), Type.Literal('change'), Type.Literal('replace'), Type.Literal('remove')]),
  what: Type.Union([Type.Literal('source'), Type.Literal('connection'), Type.Literal('policy'), Type.Literal('setting')]),
  name: Type.String(),
  /** Which of its members differ. */
  fields: Type.Optional(Type.Array(Type.String())),
  /** It is a program that will be started on this machine. */
  runs: Type.Optional(Type.Array(Type.String())),
});
export type ConfigChange = Static<typeof ConfigChange>;

/** What applying did: each change, and why one could not be made. */
export interface ConfigOutcome {
  changes: (ConfigChange & {
    error?: { code: string; message: string };
    /** Where a person has to log in for it. */
    authorizeUrl?: string;
  })[];
}
