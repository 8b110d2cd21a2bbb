import type { ShownRequest } from '../../machines/schema/call.ts';
import { Changes } from './changes.tsx';

/** What an update changes of the object as it was when this was asked. */
export function UpdateDifference({ difference }: { difference: NonNullable<ShownRequest['difference']> }) {
  const changes = difference.map(({ path, ...change }) => ({
    path: path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~'),
    kind: change.before === undefined ? ('added' as const) : ('changed' as const),
    ...change,
  }));
  return (
    <>
      <h3 className="label">What it changes</h3>
      <Changes changes={changes} same="It is like that already." />
    </>
  );
}
