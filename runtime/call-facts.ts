import type { CallContext } from '../machines/schema/call.ts';
import type { Facts } from './judgement.ts';

/** The connection a call uses when it names none. */
export const DEFAULT_CONNECTION = 'default';

/** What of a call the rules are asked about. `used` is the connection it goes by, where it names none. */
export const factsOf = ({ principal, connection, parent }: CallContext, input: unknown, used = connection): Facts => ({
  principal,
  connection: used ?? DEFAULT_CONNECTION,
  input,
  program: parent,
  client: principal.client,
});
