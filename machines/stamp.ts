/** Whoever delivers an event stamps it with the time (ISO 8601), so that machines never read a clock. */
export interface Stamped {
  at: string;
}

/** The time of the event that is being handled. */
export const at = (event: object): string => (event as Stamped).at;
