import { FaultError } from '../machines/schema/fault.ts';
import type { Principal } from '../machines/schema/principal.ts';
import { covers } from './policy.ts';
import { tokenMatches } from './token.ts';
import type { Tokens } from './tokens.ts';

/** What each role may do (CONTRACT, section 2). */
const MAY = {
  owner: ['read', 'call', 'answer', 'administer'],
  approver: ['read', 'answer'],
  agent: ['call'],
  viewer: ['read'],
} as const satisfies Record<Principal['role'], readonly string[]>;

export type Right = 'read' | 'call' | 'answer' | 'administer';

export const may = (principal: Principal, right: Right): boolean => (MAY[principal.role] as readonly string[]).includes(right);

/** @throws FaultError forbidden */
export function demand(principal: Principal, right: Right): void {
  if (!may(principal, right)) {
    throw new FaultError('forbidden', `the role ${principal.role} may not do this (it takes the right to ${right})`);
  }
}

/** Whether a tool is in the slice of the catalog there is for a principal. */
export const isInSlice = ({ tools }: Principal, path: string): boolean =>
  tools === undefined || tools.some(pattern => covers(pattern, path));

/** Whether anything of a source is in a principal's slice. */
export const reachesSource = ({ tools }: Principal, namespace: string): boolean =>
  tools === undefined ||
  tools.some(pattern => {
    const first = pattern.split('.', 1)[0]!;
    return first === namespace || (first.startsWith('*') && namespace !== 'executor');
  });

/** Whether a principal may look at an execution: its own, and with the right to read those of its slice. A program has no path. */
export const mayLookAt = (principal: Principal, owner: string, path: string | undefined): boolean =>
  owner === principal.id || (may(principal, 'read') && (path === undefined ? principal.tools === undefined : isInSlice(principal, path)));

/** A principal as executions keep it: its slice is looked up whenever it is needed. */
export const recorded = ({ tools: _, ...principal }: Principal): Principal => principal;

/** The two principals there always are, the owner and whoever comes without a token over loopback, and those with a token. */
export function createPrincipals(token: string, tokens: Tokens) {
  const owner: Principal = { id: 'owner', name: 'owner', role: 'owner' };
  const local: Principal = { id: 'local', name: 'local', role: 'agent' };
  return {
    owner,
    local,
    authenticate: (presented: string): Principal | undefined => (tokenMatches(presented, token) ? owner : tokens.authenticate(presented)),

    /** Who an id stands for, for the record of what is done for it; somebody gone keeps the id and no right. */
    find(id: string): Principal {
      if (id === owner.id) return owner;
      if (id === local.id) return local;
      const token = tokens.get(id);
      return { id, name: token?.name ?? id, role: token?.role ?? 'viewer', ...(token?.tools && { tools: token.tools }) };
    },

    /** A principal that asked earlier, as it is now; undefined when its token was revoked or has expired. */
    current(principal: Principal): Principal | undefined {
      if (principal.id === owner.id || principal.id === local.id) return principal;
      const token = tokens.get(principal.id);
      return token && { ...principal, ...(token.tools && { tools: token.tools }) };
    },
  };
}
export type Principals = ReturnType<typeof createPrincipals>;
