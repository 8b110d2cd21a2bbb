import type { SourceContext } from '../machines/schema/source.ts';
import { hashOf } from './canonical.ts';
import type { Credential } from './kinds/calling.ts';
import { secretsInEnv, secretsInHeaders } from './secret-values.ts';

/** What a source was given when it was added, as a credential: its static headers and its environment. */
export function createStaticCredential(
  headersOf: (source: SourceContext) => Record<string, string> | undefined,
  envOf: (source: SourceContext) => Record<string, string> | undefined,
): (source: SourceContext) => Credential {
  const known = new WeakMap<SourceContext, Credential>();
  return source => {
    const before = known.get(source);
    if (before) return before;
    const [headers, env] = [headersOf(source), envOf(source)];
    const secrets = [...secretsInHeaders(headers), ...secretsInEnv(env)];
    const credential = { id: hashOf({ headers: headers ?? {}, env: env ?? null }), headers: () => headers, env: () => env, secrets };
    known.set(source, credential);
    return credential;
  };
}
