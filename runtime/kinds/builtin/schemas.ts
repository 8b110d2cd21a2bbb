import { Type } from '@sinclair/typebox';
import { Rule } from '../../../machines/schema/policy.ts';

const closed = { additionalProperties: false };
const Namespace = Type.String({ minLength: 1, maxLength: 64, description: 'The name its tools begin with.' });
const Name = Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'What people call it.' }));
const AllowPrivate = Type.Optional(
  Type.Boolean({ description: 'Whether it may reach private addresses (this machine, the local network). Always asks.' }),
);
const Url = Type.String({ minLength: 1, maxLength: 8192 });

/** What each built-in tool takes. */
export const INPUTS = {
  none: Type.Object({}, closed),
  detect: Type.Object({ url: Url, allowPrivate: AllowPrivate }, closed),
  namespace: Type.Object({ namespace: Namespace }, closed),
  openapi: Type.Object(
    {
      spec: Type.Union([Type.String({ minLength: 1 }), Type.Record(Type.String(), Type.Unknown())], {
        description: 'A URL, a JSON or YAML text, or the description as an object.',
      }),
      namespace: Type.Optional(Namespace),
      name: Name,
      baseUrl: Type.Optional(Type.String({ maxLength: 8192, description: 'Replaces the server URLs of the description.' })),
      allowPrivate: AllowPrivate,
    },
    closed,
  ),
  graphql: Type.Object({ endpoint: Url, namespace: Type.Optional(Namespace), name: Name, allowPrivate: AllowPrivate }, closed),
  mcp: Type.Object(
    {
      url: Type.Optional(Url),
      command: Type.Optional(
        Type.String({ minLength: 1, maxLength: 4096, description: 'A program to start on this machine. Always asks.' }),
      ),
      args: Type.Optional(Type.Array(Type.String({ maxLength: 8192 }), { maxItems: 256 })),
      // Whoever approves sees the names. A value itself passes through no tool: only where it is, and that the owner alone may say.
      env: Type.Optional(
        Type.Record(Type.String(), Type.String({ pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|op://\\S+)$' }), {
          description: 'Variables the program gets, each as a reference (env:NAME, op://vault/item/field). The owner only.',
          maxProperties: 64,
          writeOnly: true,
        }),
      ),
      namespace: Type.Optional(Namespace),
      name: Name,
      allowPrivate: AllowPrivate,
    },
    closed,
  ),
  connections: Type.Object({ source: Type.Optional(Namespace) }, closed),
  oauth: Type.Object(
    {
      source: Namespace,
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
      method: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      scopes: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 200 })),
    },
    closed,
  ),
  handoff: Type.Object({ source: Namespace, name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) }, closed),
  rule: Rule,
  policyId: Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) }, closed),
} as const;
