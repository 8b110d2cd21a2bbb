/** What a server says of how to authenticate (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9728, section 5.1). */
export interface Challenge {
  scheme: string;
  error?: string;
  scopes?: string[];
  resourceMetadata?: string;
}

const PART =
  /([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?=\s+[^=\s,]|\s*$|\s*,)/g;

/** Reads `WWW-Authenticate`; of several challenges that of Bearer, else the first. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  if (!header) return undefined;
  const found: { scheme: string; params: Record<string, string> }[] = [];
  for (const [, name, quoted, bare, scheme] of header.matchAll(PART)) {
    if (scheme !== undefined) found.push({ scheme, params: {} });
    else if (name !== undefined) {
      const current = found.at(-1);
      if (current) current.params[name.toLowerCase()] ??= (quoted ?? bare ?? '').replace(/\\(.)/g, '$1');
    }
  }
  const chosen = found.find(({ scheme }) => /^(bearer|dpop)$/i.test(scheme)) ?? found[0];
  if (!chosen) return undefined;
  const { error, scope, resource_metadata: resourceMetadata } = chosen.params;
  const scopes = scope?.split(/\s+/).filter(Boolean);
  return {
    scheme: chosen.scheme,
    ...(error && { error }),
    ...(scopes && scopes.length > 0 && { scopes }),
    ...(resourceMetadata && { resourceMetadata }),
  };
}
