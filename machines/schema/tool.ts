import { type Static, Type } from '@sinclair/typebox';
import { ToolAuth } from './auth.ts';

/** What a call of the tool may do to the world. Reads may be repeated; nothing else may. */
export const Effect = Type.Union([Type.Literal('read'), Type.Literal('write'), Type.Literal('destructive')]);
export type Effect = Static<typeof Effect>;

/** A JSON Schema 2020-12 document. Shared definitions are named by `#/$defs/<name>` and live in the source's definition table. */
export const JsonSchema = Type.Union([Type.Boolean(), Type.Record(Type.String(), Type.Unknown())]);
export type JsonSchema = Static<typeof JsonSchema>;

/** One operation of one source, as a catalog row. `binding` is the kind's own: how to make a request of an input. */
export const Tool = Type.Object({
  path: Type.String(),
  source: Type.String(),
  title: Type.Optional(Type.String()),
  description: Type.String(),
  effect: Effect,
  /** A flat object schema (CONTRACT, section 3); `$ref`s point into the definition table. */
  inputSchema: JsonSchema,
  outputSchema: Type.Optional(JsonSchema),
  /** sha256 over everything an approver relies on: path, description, effect, schemas and binding. */
  hash: Type.String(),
  binding: Type.Record(Type.String(), Type.Unknown()),
  /** What the description says of authentication, where it says anything. */
  auth: Type.Optional(ToolAuth),
});
export type Tool = Static<typeof Tool>;

/** A search or enumeration hit. */
export const ToolHit = Type.Object({
  path: Type.String(),
  source: Type.String(),
  description: Type.String(),
  effect: Effect,
  signature: Type.String(),
});
export type ToolHit = Static<typeof ToolHit>;
