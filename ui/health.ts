import { useEffect } from 'react';
import type { ConnectionView } from '../machines/schema/connection.ts';
import { api } from './api.ts';

/** What was found so long ago may not be so any more. */
const OLD_MS = 3_600_000;

const isOld = ({ checkedAt, connectedAt = '' }: ConnectionView): boolean =>
  checkedAt === undefined || checkedAt < connectedAt || Date.now() - Date.parse(checkedAt) > OLD_MS;

/** Has an account looked at when it is shown and nobody has for a while; the list hears what was found. */
export function useHealth(connection: ConnectionView): void {
  const { source, name, state } = connection;
  const wanted = state === 'connected' && isOld(connection);
  useEffect(() => {
    // What could not be asked now is asked when it is shown again.
    if (wanted) api.checkConnection(source, name).catch(() => undefined);
  }, [wanted, source, name]);
}
