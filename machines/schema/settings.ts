import { type Static, Type } from '@sinclair/typebox';

/** How often calls may be made. What is not said applies to all; `*` counts each principal or each source by itself. */
export const Limit = Type.Object(
  {
    principal: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    /** A pattern, as policies have them. */
    tool: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    perMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    concurrent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    perDay: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  },
  { additionalProperties: false },
);
export type Limit = Static<typeof Limit>;

/** What the owner may change of the daemon itself. */
export const Settings = Type.Object(
  {
    /** An approval nobody answers expires after so many days. */
    approvalDays: Type.Number({ exclusiveMinimum: 0, maximum: 3650 }),
    /** Settled executions are kept so many days… */
    historyDays: Type.Number({ exclusiveMinimum: 0, maximum: 36500 }),
    /** …and so many of them, the newest. */
    historyCount: Type.Integer({ minimum: 1 }),
    /** Descriptions are fetched again after so many hours; 0 is never. */
    refreshHours: Type.Number({ minimum: 0, maximum: 8760 }),
    /** What one program may use; people's time counts against none of them. */
    programComputeSeconds: Type.Number({ exclusiveMinimum: 0, maximum: 3600 }),
    programMemoryMiB: Type.Integer({ minimum: 8, maximum: 1024 }),
    programCalls: Type.Integer({ minimum: 1, maximum: 9000 }),
    programOutputMiB: Type.Integer({ minimum: 1, maximum: 64 }),
    /** The record of what was done is kept so many days; it outlives the executions. */
    auditDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 36500 })),
    limits: Type.Optional(Type.Array(Limit, { maxItems: 1000 })),
    /** Tools, by patterns as policies have them, whose upstreams are told of the trace a call is part of. Without it none is. */
    traceTools: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems: 1000 })),
  },
  { additionalProperties: false },
);
export type Settings = Static<typeof Settings>;

export const SettingsPatch = Type.Partial(Settings, { additionalProperties: false });
export type SettingsPatch = Static<typeof SettingsPatch>;

export const DEFAULT_SETTINGS: Settings = {
  approvalDays: 30,
  historyDays: 90,
  historyCount: 1_000_000,
  refreshHours: 24,
  programComputeSeconds: 30,
  programMemoryMiB: 64,
  programCalls: 1000,
  programOutputMiB: 16,
};
