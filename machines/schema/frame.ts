import { type Static, Type } from '@sinclair/typebox';

/** What a browser or client sends over `/ws` (CONTRACT, section 6). `since` is the last `cursor` it saw. */
export const ClientFrame = Type.Union([
  Type.Object(
    { type: Type.Literal('subscribe'), topic: Type.String(), since: Type.Optional(Type.Integer()) },
    { additionalProperties: false },
  ),
  Type.Object({ type: Type.Literal('unsubscribe'), topic: Type.String() }, { additionalProperties: false }),
]);
export type ClientFrame = Static<typeof ClientFrame>;

/** What the daemon sends: a view that changed, a log entry, or that something left the topic. */
export type ServerFrame =
  | { type: 'view'; topic: string; id: string; seq: number; cursor: number; view: unknown }
  | { type: 'log'; topic: string; id: string; seq: number; cursor: number; entry: unknown }
  | { type: 'gone'; topic: string; id: string; seq: number; cursor: number }
  | { type: 'ready'; topic: string; id: ''; seq: 0; cursor: number; reset: boolean }
  | { type: 'error'; topic: string; id: ''; seq: 0; cursor: number; error: unknown };
