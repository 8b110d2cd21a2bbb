import type { SourceContext } from '../machines/schema/source.ts';
import { type Credentials, loginRequired, sessionCredential } from './credentials.ts';
import type { Mcp } from './kinds/mcp/mcp.ts';
import type { Passthrough } from './kinds/mcp/passthrough.ts';

/** MCP sources as they are, as a connection sees them, the default one unless told: it is looked up at each use, and renewed like that of a call. */
export function createPassthroughs(parts: {
  mcp: Pick<Mcp, 'passthrough'>;
  sourceOf: (namespace: string) => SourceContext;
  credentials: Credentials;
}) {
  const { mcp, sourceOf, credentials } = parts;
  return (namespace: string, connection?: string): Passthrough =>
    mcp.passthrough(sourceOf(namespace), async () => {
      const source = sourceOf(namespace);
      const held = await credentials.of(source, connection);
      return {
        source,
        credential: sessionCredential(held),
        async refused(response, tried) {
          const rejection = await credentials.rejected(source, held, response, { tried, wanted: connection });
          if (typeof rejection === 'object') throw loginRequired(rejection);
          return rejection === 'again';
        },
      };
    });
}
