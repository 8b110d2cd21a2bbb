import { FaultError } from '../machines/schema/fault.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import { hashOf } from './canonical.ts';
import type { openSecrets } from './secrets.ts';
import type { Op, Store } from './store.ts';

type Handle = NonNullable<SourceContext['headers']>;

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Static headers of sources, which are secrets: sealed in the store, opened only for the last hop. */
export function createSealedHeaders(store: Store, secrets: ReturnType<typeof openSecrets>) {
  const opened = new Map<string, Record<string, string>>();

  function reveal({ headers }: SourceContext): Record<string, string> | undefined {
    if (!headers) return undefined;
    const known = opened.get(headers.secret);
    if (known) return known;
    const revealed = secrets.reveal(headers.secret) as Record<string, string>;
    opened.set(headers.secret, revealed);
    return revealed;
  }

  return {
    /** @throws FaultError invalid_arguments for what is no header */
    seal(headers: Record<string, string>): { handle: Handle; ops: Op[] } {
      for (const [name, value] of Object.entries(headers)) {
        if (!NAME.test(name)) throw new FaultError('invalid_arguments', `"${name}" is no header name`);
        if (!VALUE.test(value))
          throw new FaultError('invalid_arguments', `the value of the header ${name} has characters no header may have`);
      }
      const { handle, sealed } = secrets.seal(headers);
      opened.set(handle, headers);
      return { handle: { secret: handle, names: Object.keys(headers) }, ops: [store.put(store.secret, handle, sealed)] };
    },

    of: reveal,

    /** Whether these are the headers the source has. */
    same: (source: SourceContext, headers: Record<string, string> | undefined): boolean =>
      hashOf(reveal(source) ?? {}) === hashOf(headers ?? {}),

    drop({ secret }: Handle): Op[] {
      opened.delete(secret);
      return [store.del(store.secret, secret)];
    },
  };
}
export type SealedHeaders = ReturnType<typeof createSealedHeaders>;
