import type { When } from '../machines/schema/policy.ts';

/** A condition in one line. */
export function conditionOf({ effect, principal, connection, arguments: parts = [] }: When): string {
  const list = (value: string | readonly string[]) => (typeof value === 'string' ? value : value.join(' or '));
  return [
    effect && `it is a ${list(effect)}`,
    principal && `${list(principal)} asks`,
    connection && `as ${list(connection)}`,
    ...parts.map(
      ({ path, ...rest }) =>
        `${path || 'the input'} ${Object.entries(rest)
          .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
          .join(', ')}`,
    ),
  ]
    .filter(Boolean)
    .join(', ');
}
