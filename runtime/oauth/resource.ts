import { FaultError } from '../../machines/schema/fault.ts';
import { type Discovering, readJson } from './discovery.ts';
import { checkScheme } from './fetch.ts';

/** A protected resource's metadata (RFC 9728). */
export interface ResourceMetadata {
  resource: string;
  authorization_servers?: string[];
  scopes_supported?: string[];
}

/** Where a resource's metadata may be: for its path, then for its origin (RFC 9728, section 3.1). */
export function resourceMetadataUrls(resource: string): string[] {
  const { origin, pathname, search } = new URL(resource);
  const path = pathname.replace(/\/+$/, '');
  const root = `${origin}/.well-known/oauth-protected-resource`;
  return path === '' && search === '' ? [root] : [`${root}${path}${search}`, root];
}

/**
 * A resource's metadata: where its challenge says, else at the well-known places.
 * @throws FaultError login_required when it is of another resource: its authorization server could be anybody's
 */
export async function resourceMetadata(
  resource: string,
  said: string | undefined,
  how: Discovering,
): Promise<ResourceMetadata | undefined> {
  for (const url of said ? [said, ...resourceMetadataUrls(resource).filter(each => each !== said)] : resourceMetadataUrls(resource)) {
    checkScheme(url, 'resource metadata address', how.allowPrivate);
    const found = await readJson(url, how);
    if (!found) continue;
    if (typeof found.resource === 'string' && !covers(found.resource, resource)) {
      throw new FaultError(
        'login_required',
        `${url} describes the resource ${found.resource}, not ${resource}; if that is meant to be so, connect with the value resource=${found.resource}`,
      );
    }
    return {
      resource: typeof found.resource === 'string' ? found.resource : resource,
      ...(strings(found.authorization_servers) && { authorization_servers: strings(found.authorization_servers)! }),
      ...(strings(found.scopes_supported) && { scopes_supported: strings(found.scopes_supported)! }),
    };
  }
  return undefined;
}

const strings = (value: unknown): string[] | undefined => {
  const list = Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
  return list.length > 0 ? list : undefined;
};

/** Whether a resource identifier is that of an address, or of a part of the site it is in. */
function covers(identifier: string, address: string): boolean {
  if (identifier === address) return true;
  if (!URL.canParse(identifier)) return false;
  const [named, asked] = [new URL(identifier), new URL(address)];
  if (named.origin !== asked.origin) return false;
  const prefix = named.pathname.replace(/\/+$/, '');
  return asked.pathname === prefix || asked.pathname.startsWith(`${prefix}/`);
}
