import { type Static, Type } from '@sinclair/typebox';

export const Role = Type.Union([Type.Literal('owner'), Type.Literal('approver'), Type.Literal('agent'), Type.Literal('viewer')]);
export type Role = Static<typeof Role>;

/** Who asks (CONTRACT, section 2). `client` is what the asker says of itself: shown, never trusted. */
export const Principal = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  client: Type.Optional(Type.String()),
  selfApprove: Type.Optional(Type.Boolean()),
  /** Patterns of the tools there are for it; without, all. */
  tools: Type.Optional(Type.Array(Type.String())),
  /** The surface and address it came from: for the record, never for a decision. */
  from: Type.Optional(Type.String()),
});
export type Principal = Static<typeof Principal>;

/** What the owner asks for: access for another agent, person or machine. */
export const TokenInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
    role: Role,
    tools: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { minItems: 1, maxItems: 1000 })),
    expiresAt: Type.Optional(Type.String({ maxLength: 64 })),
    selfApprove: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type TokenInput = Static<typeof TokenInput>;

/** A token as it is kept: of the token itself only the sha256. */
export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  tools: Type.Optional(Type.Array(Type.String())),
  expiresAt: Type.Optional(Type.String()),
  selfApprove: Type.Optional(Type.Boolean()),
  createdAt: Type.String(),
  sha256: Type.String(),
});
export type Token = Static<typeof Token>;

/** A token as it is shown. */
export type TokenView = Omit<Token, 'sha256'>;
