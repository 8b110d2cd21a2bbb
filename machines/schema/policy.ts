import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Effect } from './tool.ts';

export const Decision = Type.Union([Type.Literal('allow'), Type.Literal('ask'), Type.Literal('block')]);
export type Decision = Static<typeof Decision>;

const OneOrMore = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Array(schema, { minItems: 1, maxItems: 100 })]);
const Name = Type.String({ minLength: 1, maxLength: 256 });

/** What one value of the input must be like; `path` is a JSON pointer (RFC 6901). All that is said must hold. */
export const ArgumentCondition = Type.Object(
  {
    path: Type.String({ maxLength: 512 }),
    equals: Type.Optional(Type.Unknown()),
    in: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1, maxItems: 1000 })),
    /** A regular expression in RE2's syntax: without lookaround and backreferences, in linear time. */
    matches: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    lt: Type.Optional(Type.Number()),
    gt: Type.Optional(Type.Number()),
    exists: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ArgumentCondition = Static<typeof ArgumentCondition>;

/** When a rule applies: all that is said must hold. A principal is named by its id or its name. */
export const When = Type.Object(
  {
    effect: Type.Optional(OneOrMore(Effect)),
    connection: Type.Optional(OneOrMore(Name)),
    principal: Type.Optional(OneOrMore(Name)),
    arguments: Type.Optional(Type.Array(ArgumentCondition, { minItems: 1, maxItems: 32 })),
  },
  { additionalProperties: false },
);
export type When = Static<typeof When>;

const Pattern = Type.String({ minLength: 1, maxLength: 512 });

/** What a person writes: a pattern and what to do with the tools it matches. */
export const Rule = Type.Object(
  { pattern: Pattern, decision: Decision, when: Type.Optional(When), expiresAt: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false },
);
export type Rule = Static<typeof Rule>;

/** What a rule holds for that came of an approval: it is void once the tool's definition is another one. */
export const Remembered = Type.Object({
  /** The execution whose approval it was. */
  execution: Type.String(),
  scope: Type.Union([Type.Literal('program'), Type.Literal('session'), Type.Literal('hours'), Type.Literal('always')]),
  definition: Type.String(),
  /** Only calls of this program. */
  program: Type.Optional(Type.String()),
  /** Only calls of this client; null is one that said no name. */
  client: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
export type Remembered = Static<typeof Remembered>;

/** A stored rule. */
export const Policy = Type.Object({
  id: Type.String(),
  pattern: Type.String(),
  decision: Decision,
  when: Type.Optional(When),
  expiresAt: Type.Optional(Type.String()),
  createdAt: Type.String(),
  by: Type.Optional(Type.String()),
  remembered: Type.Optional(Remembered),
});
export type Policy = Static<typeof Policy>;

/** What was decided and which rule decided: a policy id, or `default:<effect>`. */
export const Verdict = Type.Object({ decision: Decision, rule: Type.String(), pattern: Type.Optional(Type.String()) });
export type Verdict = Static<typeof Verdict>;
