import { type Static, type TSchema, Type } from '@sinclair/typebox';

/** A value kept in its own keyspace because it is too large for a snapshot (DESIGN, rule 7). */
export const Reference = Type.Object({ ref: Type.String(), bytes: Type.Integer(), sha256: Type.String() });
export type Reference = Static<typeof Reference>;

/** A JSON value, or where it is kept. */
export const Stored = Type.Union([Type.Object({ value: Type.Unknown() }), Reference]);
export type Stored = Static<typeof Stored>;

/** A field that a transition may clear again; cleared and absent are the same on disk. */
export const Clearable = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Undefined()]));
